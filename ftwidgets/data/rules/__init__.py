"""The rules that a data set is held against: each one small function with its page, its examples and its fix.

One module a subject; each is found here by itself. `RULES` has them all by their ids.
"""

import importlib
import pkgutil

from ftwidgets.data.rules.rule import RULES, Fault, Mend, Rule

for _module in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_module.name}")

__all__ = ["RULES", "Fault", "Mend", "Rule"]
