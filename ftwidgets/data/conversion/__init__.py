"""One example from one format into another; what cannot be converted is `Unconverted`, with the reason."""

from ftwidgets.data.conversion.alpaca import alpaca_to_chat
from ftwidgets.data.conversion.layout import Layout, chat_of, layout_of
from ftwidgets.data.conversion.mapping import Guess, mapping_of
from ftwidgets.data.conversion.outcome import Unconverted
from ftwidgets.data.conversion.pairs import SEPARATORS, STOPS, chat_to_pair, pair_to_chat
from ftwidgets.data.conversion.preferences import compared_to_preference, preference_of, preference_to_chat
from ftwidgets.data.conversion.sharegpt import sharegpt_to_chat
from ftwidgets.data.conversion.template import Template

__all__ = [
    "SEPARATORS",
    "STOPS",
    "Guess",
    "Layout",
    "Template",
    "Unconverted",
    "alpaca_to_chat",
    "chat_of",
    "chat_to_pair",
    "compared_to_preference",
    "layout_of",
    "mapping_of",
    "pair_to_chat",
    "preference_of",
    "preference_to_chat",
    "sharegpt_to_chat",
]
