"""Personal data and secrets in texts: found by pattern and check digit, and masked. No model, nothing sent anywhere.

Found: e-mail addresses, telephone numbers, payment cards, bank accounts (IBAN), public internet addresses, national
ids that can be checked (United States, Brazil, France), keys and tokens, private keys, passwords. Not looked for:
names and postal addresses, which no pattern tells from other words, and hardware addresses. What is reserved for
examples is left alone: example.com, 555-0123, 192.0.2.1; a test card such as 4111 1111 1111 1111 cannot be told
from a card, and is reported.
"""

from ftwidgets.data.privacy.search import Span, flagged, masked, spans

__all__ = ["Span", "flagged", "masked", "spans"]
