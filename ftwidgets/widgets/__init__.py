"""What one sees and touches in a notebook: one module a widget, its drawing in JavaScript beside it."""

from ftwidgets.widgets.explorer import DataExplorer
from ftwidgets.widgets.launcher import Launcher
from ftwidgets.widgets.monitor import Monitor

__all__ = ["DataExplorer", "Launcher", "Monitor"]
