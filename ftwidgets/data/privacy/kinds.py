"""What counts as personal or secret: for each kind a pattern, and a check that the pattern alone cannot make."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from ftwidgets.data.privacy.digits import account_end, is_brazilian, is_card, is_french, is_public


@dataclass(frozen=True)
class Kind:
    """A kind of value: where `pattern` matches and `is_one` agrees, its group `value`, or all of it, is one.

    `trigger` is simpler: it matches within every text in which the kind is found, takes only ASCII, and is written in
    what RE2 and Python's `re` understand alike. One of `signs` is in every such text too, in small letters.
    """

    name: str
    pattern: re.Pattern[str]
    trigger: str
    signs: tuple[str, ...] = ("",)
    is_one: Callable[[re.Match[str]], bool] = lambda _: True


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.ASCII | re.VERBOSE)


def _varied(match: re.Match[str]) -> bool:
    """Random: capitals and digits are in it, or many digits. 'sk-learn-2024-and-friends' is none, nor '…EXAMPLE'."""
    text = match["value"]
    digits = sum(map(str.isdigit, text))
    random = (digits and any(map(str.isupper, text))) or 5 * digits > len(text)
    return bool(random) and not text.upper().endswith("EXAMPLE")


def _is_chosen(match: re.Match[str]) -> bool:
    """A password has letters and digits in it; 'required', '********' and '8-20' are none."""
    text = match["value"]
    return any(map(str.isdigit, text)) and any(map(str.isalpha, text)) and len(set(text)) > 3


def _is_written_out(match: re.Match[str]) -> bool:
    return match["value"].lower() not in {"password", "pass", "pwd", "secret", "token", "xxx", "***", "port"}


RESERVED_DOMAINS = re.compile(r"(?:^|\.)(?:example(?:\.(?:com|org|net|edu))?|test|invalid|localhost|local)$")
FILES = (".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp")


def _is_address(match: re.Match[str]) -> bool:
    """Not of the domains reserved for examples (RFC 2606), no picture ('icon@2x.png'), not the user of a repository."""
    user, _, domain = match[0].lower().rpartition("@")
    return not RESERVED_DOMAINS.search(domain) and not domain.endswith(FILES) and user != "git"


def _is_host(match: re.Match[str]) -> bool:
    """A public address, and no version: four small numbers, or a word before them, tell a version."""
    before = match.string[max(0, match.start() - 24) : match.start()]
    return is_public(match[0]) and not VERSIONED.search(before) and max(map(int, match[0].split("."))) > 25


VERSIONED = re.compile(
    r"(?:\b(?:v|ver|version|release|build|firmware|driver|section|chapter|oid)[ .:=]*|\w/|§ ?)$", re.I
)
CALLED = re.compile(r"\b(?:call|phone|tel|telephone|telefon|mobile|cell|handy|fax|whatsapp|sms|text|dial|ring)\b", re.I)
DAY, MONTH, YEAR = r"(?:0?[1-9]|[12]\d|3[01])", r"(?:0?[1-9]|1[0-2])", r"(?:19|20)\d\d"
DATED = re.compile(rf"{DAY}[-./ ]{MONTH}[-./ ]{YEAR}|{YEAR}([-./ ]){MONTH}\1{DAY}")
DRAMA = ("02079460", "07700900", "442079460", "447700900", "4402079460")
"""Beginnings of numbers kept for films (Ofcom); North America keeps 555-01xx."""


def _is_phone(match: re.Match[str]) -> bool:
    """Digits in the groups of a telephone number; without such groups only after a word such as 'call'."""
    text = match[0]
    digits = re.sub("[^0-9]", "", text)
    american = digits.removeprefix("1")[-10:] if not text.startswith("+") or digits.startswith("1") else ""
    if american[3:8] == "55501" or digits.startswith(DRAMA) or len(set(digits)) < 3 or DATED.match(text):
        return False
    if len(digits) < 9 and not text.startswith("+"):
        return False
    if match.lastgroup != "bare":
        return not match["american"] or text.startswith("+") or american[1:3] != "11"
    return bool(CALLED.search(match.string[max(0, match.start() - 30) : match.start()]))


DIGITS = r"[0-9](?:[ ()./-]{0,4}[0-9]){8}"
KEY = "key or token"

KINDS = (
    Kind(
        "private key",
        _pattern(
            r"""(?P<value>-----BEGIN\ (?:[A-Z0-9]+\ ){0,3}PRIVATE\ KEY(?:\ BLOCK)?-----
            (?:[\s\S]{0,20000}?-----END\ [A-Z0-9 ]{0,40}-----|[A-Za-z0-9+/=\s\\]*))"""
        ),
        r"-----BEGIN ",
        ("-----begin ",),
    ),
    Kind(
        KEY,
        _pattern(
            r"""(?<![A-Za-z0-9_])(?P<value>
            sk-[A-Za-z0-9_-]{20,300} | [sr]k_(?:live|test)_[A-Za-z0-9]{20,200} | (?:AKIA|ASIA)[0-9A-Z]{16}(?![0-9A-Z])
            | gh[pousr]_[A-Za-z0-9]{36,255} | github_pat_[A-Za-z0-9_]{60,255} | glpat-[A-Za-z0-9_-]{20,100}
            | xox[abeoprs]-[A-Za-z0-9-]{16,255} | AIza[0-9A-Za-z_-]{35} | hf_[A-Za-z0-9]{30,60}
            | eyJ[A-Za-z0-9_-]{8,4000}\.eyJ[A-Za-z0-9_-]{8,8000}\.[A-Za-z0-9_-]{8,2000})"""
        ),
        r"(?:^|[^A-Za-z0-9_])sk-[A-Za-z0-9_-]{8}"  # many a word ends in -sk, and there is a library sk-learn
        r"|[sr]k_(?:live|test)_|AKIA|ASIA|gh[pousr]_|github_pat_|glpat-|xox[abeoprs]-|AIza|hf_|eyJ",
        ("sk-", "k_live_", "k_test_", "akia", "asia", "gh", "glpat-", "xox", "aiza", "hf_", "eyj"),
        _varied,
    ),
    Kind(
        "password",
        _pattern(r"""[A-Za-z]://[!-.0-9;-?A-~]{1,64}:(?P<value>[!-.0-9;-?A-~]{1,100})@"""),
        r"[A-Za-z]://[!-.0-9;-?A-~]+:[!-.0-9;-?A-~]+@",
        ("://",),
        _is_written_out,
    ),
    Kind(
        "password",
        _pattern(
            r"""(?<![A-Za-z])(?i:
            (?:password|passwort|passwd|pwd|passphrase|mot\ de\ passe|contraseña)["']?\s{0,3}(?:[:=]|\bis\b)
            |(?:api[_-]?key|secret[_-]?key|access[_-]?token|client[_-]?secret)["']?\s{0,3}[:=])
            \s{0,3}["'`]?(?P<value>[^\s"'`,;<>\{\}()]{5,199}[^\s"'`,;<>\{\}().?!])"""
        ),
        r"(?i:passwor[dt]|passwd|pwd|passphrase|mot de passe|contraseña|api[_-]?key|secret[_-]?key|access[_-]?token"
        r"""|client[_-]?secret)["']?[ \t-\r]{0,3}(?:[:=]|(?i:is))[ \t-\r]{0,3}["'`]?[^ \t-\r"'`,;<>{}()]{6}""",
        ("pass", "pwd", "contrase", "key", "token", "secret"),
        _is_chosen,
    ),
    Kind(
        "e-mail",
        _pattern(
            r"""(?<![A-Za-z0-9_.+%'-])[A-Za-z0-9_](?:[A-Za-z0-9_.+%'-]{0,62}[A-Za-z0-9_+-])?
            @(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.){1,8}[A-Za-z]{2,24}(?![A-Za-z0-9_@-])"""
        ),
        r"[A-Za-z0-9_+-]@[A-Za-z0-9]",
        ("@",),
        _is_address,
    ),
    Kind(
        "bank account",
        _pattern(r"(?<![A-Za-z0-9])[A-Z]{2}[0-9]{2}(?=\ ?[A-Z0-9]{4})"),
        r"[A-Z]{2}[0-9]{2} ?[A-Z0-9]{4}",
        is_one=lambda match: account_end(match.string, match.start()) is not None,
    ),
    Kind(
        "national id",
        _pattern(
            r"""(?<![\w.-])(?:[0-9]{3}\.[0-9]{3}\.[0-9]{3}-[0-9]{2}
            |(?P<french>[12]\ ?[0-9]{2}\ ?[0-9]{2}\ ?[0-9]{2}\ ?[0-9]{3}\ ?[0-9]{3}\ ?[0-9]{2})
            |(?P<american>(?!000|666|9)[0-9]{3}-(?!00)[0-9]{2}-(?!0000)[0-9]{4}))(?![\w-]|\.[0-9])"""
        ),
        DIGITS,
        is_one=lambda match: (
            match[0] not in ("078-05-1120", "219-09-9999")  # printed in advertisements once, nobody's since
            if match["american"]
            else is_french(match[0])
            if match["french"]
            else is_brazilian(match[0])
        ),
    ),
    Kind(
        "card",
        _pattern(
            r"""(?<![\w.+-])(?:[0-9]{4}(?P<gap>[ -])[0-9]{4}(?P=gap)[0-9]{4}(?P=gap)[0-9]{4}
            |[0-9]{4}(?P<wide>[ -])[0-9]{6}(?P=wide)[0-9]{4,5}|[0-9]{13,19})(?!\w|[.-][0-9])"""
        ),
        DIGITS,
        is_one=lambda match: is_card(match[0]),
    ),
    Kind(
        "IP address",
        _pattern(r"(?<![\w.-])(?:[0-9]{1,3}\.){3}[0-9]{1,3}(?![\w-]|\.\w)"),
        r"[0-9]\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]",
        (".",),
        _is_host,
    ),
    Kind(
        "IP address",
        _pattern(r"(?<![\w:.])[23][0-9A-Fa-f]{3}:(?:[0-9A-Fa-f]{0,4}:){1,6}[0-9A-Fa-f]{0,4}(?![\w:])"),
        r"[23][0-9A-Fa-f]{3}:[0-9A-Fa-f]{0,4}:",
        (":",),
        lambda match: is_public(match[0]),
    ),
    Kind(
        "phone",
        _pattern(
            r"""(?<![\w.+/=-])(?:
            \+[1-9](?:[ ().-]{0,3}[0-9]){7,14}
            |(?P<american>(?:1[-.\ ])?(?:\([2-9][0-9]{2}\)\ ?|[2-9][0-9]{2}[-.])[2-9][0-9]{2}[-.\ ][0-9]{4})
            |0[1-9](?:[ .-][0-9]{2}){4}
            |\(?0[1-9][0-9]{1,3}\)?[ /-]{1,3}(?:[0-9]{3,4}[ -][0-9]{3,4}(?:[ -][0-9]{2,4})?|[0-9]{6,8})
            |00[1-9][0-9]{0,2}(?:[ -][0-9]{2,8}){2,5}
            |(?P<bare>[0-9](?:[ .-]?[0-9]){8,13}))(?!\w|[-/][0-9]|[.,][0-9]|\s?[%€$£])"""
        ),
        r"\+[1-9](?:[ ().-]{0,3}[0-9]){7}|" + DIGITS,
        is_one=_is_phone,
    ),
)
"""In order of precedence: where two overlap, the earlier one counts."""
