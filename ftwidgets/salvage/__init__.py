"""For those whose fine-tuned models stop answering: what they have, its files, and its answers, brought here."""

from ftwidgets.salvage.inventory import Inventory, Tuned, inventory
from ftwidgets.salvage.prompts import prompts_of
from ftwidgets.salvage.quote import Quote
from ftwidgets.salvage.report import Recording
from ftwidgets.salvage.rescuing import Rescue, rescue

__all__ = ["Inventory", "Quote", "Recording", "Rescue", "Tuned", "inventory", "prompts_of", "rescue"]
