"""Check digits and reserved numbers: what tells a card or an account from any other row of digits."""

from __future__ import annotations

import ipaddress

SCHEMES: tuple[tuple[int, int, tuple[int, ...]], ...] = (
    (4, 4, (13, 16, 19)),  # Visa
    (51, 55, (16,)),  # Mastercard
    (2221, 2720, (16,)),
    (34, 34, (15,)),  # American Express
    (37, 37, (15,)),
    (300, 305, (14,)),  # Diners Club
    (36, 36, (14,)),
    (38, 39, (14,)),
    (6011, 6011, (16, 19)),  # Discover
    (644, 659, (16, 19)),
    (3528, 3589, (16, 19)),  # JCB
    (62, 62, (16, 17, 18, 19)),  # UnionPay
)
"""First digits from and to, and how many digits a card of that scheme has (ISO/IEC 7812; the issuers' own tables)."""

IBAN_LENGTHS = {
    "AD": 24,
    "AE": 23,
    "AL": 28,
    "AT": 20,
    "AZ": 28,
    "BA": 20,
    "BE": 16,
    "BG": 22,
    "BH": 22,
    "BR": 29,
    "BY": 28,
    "CH": 21,
    "CR": 22,
    "CY": 28,
    "CZ": 24,
    "DE": 22,
    "DK": 18,
    "DO": 28,
    "EE": 20,
    "EG": 29,
    "ES": 24,
    "FI": 18,
    "FO": 18,
    "FR": 27,
    "GB": 22,
    "GE": 22,
    "GI": 23,
    "GL": 18,
    "GR": 27,
    "GT": 28,
    "HR": 21,
    "HU": 28,
    "IE": 22,
    "IL": 23,
    "IQ": 23,
    "IS": 26,
    "IT": 27,
    "JO": 30,
    "KW": 30,
    "KZ": 20,
    "LB": 28,
    "LC": 32,
    "LI": 21,
    "LT": 20,
    "LU": 20,
    "LV": 21,
    "LY": 25,
    "MC": 27,
    "MD": 24,
    "ME": 22,
    "MK": 19,
    "MR": 27,
    "MT": 31,
    "MU": 30,
    "NL": 18,
    "NO": 15,
    "PK": 24,
    "PL": 28,
    "PS": 29,
    "PT": 25,
    "QA": 29,
    "RO": 24,
    "RS": 22,
    "SA": 24,
    "SC": 31,
    "SE": 24,
    "SI": 19,
    "SK": 24,
    "SM": 27,
    "ST": 25,
    "SV": 28,
    "TL": 23,
    "TN": 24,
    "TR": 26,
    "UA": 29,
    "VA": 22,
    "VG": 24,
    "XK": 20,
}
"""Characters of an account number by country (the SWIFT registry)."""

KNOWN_SERVERS = {"8.8.8.8", "8.8.4.4", "1.1.1.1", "1.0.0.1", "9.9.9.9"}
"""Public name servers, which stand in every manual and are nobody's."""


def is_card(text: str) -> bool:
    """Whether the digits are of a known scheme and pass Luhn's check. Well-known test cards are cards too."""
    digits = [int(sign) for sign in text if sign.isdigit()]
    number = "".join(map(str, digits))
    known = any(low <= int(number[: len(str(low))]) <= high and len(digits) in sizes for low, high, sizes in SCHEMES)
    doubled = [digit * 2 - 9 * (digit > 4) for digit in digits[-2::-2]]
    return known and len(set(digits)) > 1 and (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def account_end(text: str, start: int) -> int | None:
    """Where the IBAN that begins at `start` ends; None where none begins there (ISO 13616: the rest by 97 is 1)."""
    needed = IBAN_LENGTHS.get(text[start : start + 2], 0)
    found = ""
    for place in range(start, len(text)):
        if len(found) == needed:
            break
        if text[place].isascii() and text[place].isalnum() and not text[place].islower():
            found += text[place]
        elif text[place] != " " or text[place - 1] == " ":
            break
    else:
        place = len(text)
    if not needed or len(found) < needed or text[place : place + 1].isalnum():
        return None
    return place if int("".join(str(int(sign, 36)) for sign in found[4:] + found[:4])) % 97 == 1 else None


def is_brazilian(text: str) -> bool:
    """Whether the eleven digits pass the two checks of a CPF (each the sum of weighted digits before it, by 11)."""
    digits = [int(sign) for sign in text if sign.isdigit()]
    sums = [sum((size + 1 - place) * digits[place] for place in range(size)) for size in (9, 10)]
    return len(set(digits)) > 1 and [total * 10 % 11 % 10 for total in sums] == digits[9:]


def is_french(text: str) -> bool:
    """Whether the last two of the fifteen digits are the key of a French social security number (97 - rest by 97)."""
    number = "".join(sign for sign in text if sign.isdigit())
    return 1 <= int(number[3:5]) <= 42 and int(number[13:]) == 97 - int(number[:13]) % 97


def is_public(text: str) -> bool:
    """Whether this is an address of the public internet: private, reserved and documentation ranges are nobody's."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    return address.is_global and not address.is_multicast and text not in KNOWN_SERVERS
