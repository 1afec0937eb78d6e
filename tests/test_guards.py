"""The house's own rules, held by machine: style, types, floors, and what the README says."""

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


@pytest.mark.parametrize(
    "command",
    [
        ["ruff", "check", "--no-cache", "."],
        ["ruff", "format", "--no-cache", "--check", "."],
        ["mypy", "--no-error-summary"],
        ["importlinter.cli", "lint"],
    ],
    ids=lambda command: " ".join(command[:2]),
)
def test_the_guard_is_content(command: list[str]) -> None:
    module = [sys.executable, "-m", *command]
    if command[0] == "importlinter.cli":
        module = [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"]
    done = subprocess.run(module, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_rooms_of_the_readme_are_the_rooms_of_the_package() -> None:
    told = set(re.findall(r"^\| `(\w+(?:\.py)?)/?` \|", README, re.M))
    package = ROOT / "ftwidgets"
    rooms = {path.name for path in package.iterdir() if path.is_dir() and (path / "__init__.py").is_file()}
    modules = {path.name for path in package.glob("*.py")} - {"__init__.py", "__main__.py"}
    assert told == rooms | modules


def test_the_python_of_the_readme_is_python_and_names_what_there_is() -> None:
    import ftwidgets

    blocks = re.findall(r"```python\n(.*?)```", README, re.S)
    assert blocks
    for block in blocks:
        named = {
            node.attr
            for node in ast.walk(ast.parse(block))
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "ft"
        }
        assert named <= set(ftwidgets.__all__)


def test_the_conda_environment_installs_what_pyproject_says() -> None:
    text = (ROOT / "environment.yml").read_text("utf-8")
    assert f"python{PROJECT['project']['requires-python']}" in text
    extra = re.search(r'- "\.\[(\w+)\]"', text)
    assert extra is not None
    assert extra[1] in PROJECT["project"]["optional-dependencies"]
    pip = next(need for need in PROJECT["project"]["optional-dependencies"]["local"] if need.startswith("pip>="))
    assert f"- {pip}" in text


def test_no_module_is_longer_than_the_house_allows() -> None:
    sizes = {path: len(path.read_text("utf-8").splitlines()) for path in (ROOT / "ftwidgets").rglob("*.py")}
    assert {str(path): size for path, size in sizes.items() if size > 300} == {}


def test_the_continuous_check_runs_the_command_of_the_readme() -> None:
    commands = re.findall(r"^(python3 -m venv .*pytest)$", README, re.M)
    assert len(commands) == 1
    assert ".[test]" in commands[0]
