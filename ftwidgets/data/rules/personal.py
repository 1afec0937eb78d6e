"""Rules about personal data and secrets: what a model that has learned it would tell anybody."""

from __future__ import annotations

from collections.abc import Iterator

from ftwidgets.data.privacy import masked
from ftwidgets.data.privacy import spans as found
from ftwidgets.data.privacy.kinds import KINDS
from ftwidgets.data.rules.rule import Fault, Mend, Rule, mends, rule
from ftwidgets.data.rules.samples import asked, said

REMEDY = "Mask it, or remove the example."


def _hint(*kinds: str) -> str:
    return "|".join(f"(?:{kind.trigger})" for kind in KINDS if kind.name in kinds)


def _of(text: str, what: str, *kinds: str) -> Iterator[Fault]:
    for span in found(text):
        if span.kind in kinds:
            begin = text[span.start : min(span.end, span.start + 4)]
            yield Fault(f"{what}, '{begin}…'.", REMEDY, span=(span.start, span.end))


def _masks(one: Rule, *kinds: str) -> None:
    @mends(one)
    def mask(text: str, speaker: str, fault: Fault) -> Mend:
        return Mend("mask it", masked(text, [span for span in found(text) if span.kind in kinds]))


@rule(
    "email-address",
    "warning",
    "text",
    fails=(asked("Write to mara.lind@fern-and-fable.co."), said("Ask ben_81@posteo.de, please.")),
    passes=(asked("Write to help@example.com."), said("You pay 3 @ 2 euros.")),
    hint=_hint("e-mail"),
)
def email_address(text: str, speaker: str) -> Iterator[Fault]:
    """A text holds somebody's e-mail address.

    Why: a model repeats what it has learned, to anybody who asks; and the file may be passed on.

    Addresses at example.com and the like, which belong to nobody, are left out.
    """
    yield from _of(text, "The text holds an e-mail address", "e-mail")


@rule(
    "phone-number",
    "warning",
    "text",
    fails=(asked("Call me on +44 20 7183 8750."), said("Her number is (212) 736-5000.")),
    passes=(asked("Order 20260114-118 of 2026-01-14."), said("Call 555-0123."), said("It costs 1 234 567 euros.")),
    hint=_hint("phone"),
)
def phone_number(text: str, speaker: str) -> Iterator[Fault]:
    """A text holds a telephone number.

    Why: a model repeats what it has learned, to anybody who asks; and the file may be passed on.

    Found by the groups in which such numbers are written. Some that are reserved for films and examples are left out:
    North America's 555-01xx, London's 020 7946 0xxx and the mobile 07700 900xxx. A shop's own number, which customers
    are meant to have, may stay.
    """
    yield from _of(text, "The text holds a telephone number", "phone")


@rule(
    "card-number",
    "warning",
    "text",
    fails=asked("My card 4111 1111 1111 1111 was refused."),
    passes=(asked("My card 4111 1111 1111 1112 was refused."), said("Order 41111111111.")),
    hint=_hint("card"),
)
def card_number(text: str, speaker: str) -> Iterator[Fault]:
    """A text holds the number of a payment card.

    Why: a model repeats what it has learned, to anybody who asks; such a number is money.

    Found by the digits that cards begin with and by their check digit (Luhn). A test card looks like any other.
    """
    yield from _of(text, "The text holds a card number that passes the Luhn check", "card")


@rule(
    "bank-account",
    "warning",
    "text",
    fails=asked("Send it to GB82 WEST 1234 5698 7654 32."),
    passes=asked("Send it to GB82 WEST 1234 5698 7654 33."),
    hint=_hint("bank account"),
)
def bank_account(text: str, speaker: str) -> Iterator[Fault]:
    """A text holds the number of a bank account (IBAN).

    Why: a model repeats what it has learned, to anybody who asks; such a number is money.

    Found by its form and by its check digits (modulo 97).
    """
    yield from _of(text, "The text holds a bank account number whose check digits are right", "bank account")


@rule(
    "national-id",
    "warning",
    "text",
    fails=asked("My SSN is 536-90-4399."),
    passes=(asked("My SSN is 900-12-3456."), said("Call 536-904-399.")),
    hint=_hint("national id"),
)
def national_id(text: str, speaker: str) -> Iterator[Fault]:
    """A text holds a national identification number.

    Why: a model repeats what it has learned, to anybody who asks; such a number opens accounts.

    Those of the United States, Brazil and France are looked for, by their form and check digits.
    """
    yield from _of(text, "The text holds a national identification number", "national id")


@rule(
    "ip-address",
    "note",
    "text",
    fails=said("Connect to 81.2.69.142."),
    passes=(said("Connect to 192.168.0.1."), said("Use version 81.2.69.142.")),
    hint=_hint("IP address"),
)
def ip_address(text: str, speaker: str) -> Iterator[Fault]:
    """A text holds a public internet address.

    Why: it may lead to a person or a machine; a model repeats what it has learned.

    Private addresses, and those reserved for examples, are left out.
    """
    yield from _of(text, "The text holds a public internet address", "IP address")


@rule(
    "secret",
    "warning",
    "text",
    fails=(
        asked("My key is sk-proj-Ab3dEf6hIj9kLm2nOp5q."),
        said("-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBg\n-----END PRIVATE KEY-----"),
        asked("password: hunter2!x"),
    ),
    passes=(asked("Where do I find my key?"), said("Set the password first.")),
    hint=_hint("key or token", "private key", "password"),
)
def secret(text: str, speaker: str) -> Iterator[Fault]:
    """A text holds a key, a token or a password.

    Why: whoever has it can use it, and a model tells it to anybody. Remove it here, and change it where it is used.

    Found by the beginnings that such keys have, and by the words that stand before a password.
    """
    yield from _of(text, "The text holds a secret", "key or token", "private key", "password")


_masks(email_address, "e-mail")
_masks(phone_number, "phone")
_masks(card_number, "card")
_masks(bank_account, "bank account")
_masks(national_id, "national id")
_masks(ip_address, "IP address")
_masks(secret, "key or token", "private key", "password")
