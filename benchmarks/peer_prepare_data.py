"""The peer: `openai tools fine_tunes.prepare_data` of openai 0.28.1, as it came, over prompt/completion pairs.

python benchmarks/peer_prepare_data.py pairs.jsonl                     in an environment made for it (network: PyPI)
python benchmarks/peer_prepare_data.py pairs.jsonl --python PYTHON     in one that has openai[datalib]==0.28.1
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

PACKAGE = "openai[datalib]==0.28.1"


def environment(folder: Path) -> Path:
    """The Python of a new environment that has the old tool."""
    venv.create(folder, with_pip=True)
    python = folder / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    subprocess.run([python, "-m", "pip", "install", "--quiet", PACKAGE], check=True)
    return python


def command(python: Path, path: Path) -> list[str]:
    """The command that runs the old tool and says yes to all that it proposes; it writes beside `path`."""
    tool = "import sys; from openai._openai_scripts import main; sys.argv[0] = 'openai'; sys.exit(main())"
    return [str(python), "-c", tool, "tools", "fine_tunes.prepare_data", "-q", "-f", str(path)]


def main() -> None:
    """Run it in the environment given or in a new one."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("path", type=Path)
    parser.add_argument("--python", type=Path, help=f"of an environment that has {PACKAGE}")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        python = args.python or environment(Path(folder))
        sys.exit(subprocess.run(command(python, args.path), check=False).returncode)


if __name__ == "__main__":
    main()
