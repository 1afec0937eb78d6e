"""Runs pip as if this were another machine: a requirement "only on Windows" is then judged by that machine, not this.

    python elsewhere.py '{"sys_platform": "win32", ...}' install ...

pip's own `--platform` chooses the wheels of another machine, but asks this one which requirements there are.
"""

from __future__ import annotations

import json
import runpy
import sys


def main() -> None:
    """Hand pip the markers that stand in the first argument, and the rest."""
    from pip._vendor.packaging import markers

    told = json.loads(sys.argv.pop(1))
    markers.default_environment = lambda: dict(told)  # type: ignore[assignment,return-value]
    runpy.run_module("pip", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
