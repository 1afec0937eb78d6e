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

REGISTRY = (
    "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DK18 DO28 EE20 EG29 "
    "ES24 FI18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 "
    "LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MR27 MT31 MU30 NL18 NO15 PK24 PL28 PS29 PT25 "
    "QA29 RO24 RS22 SA24 SC31 SE24 SI19 SK24 SM27 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 "
)
IBAN_LENGTHS = {entry[:2]: int(entry[2:]) for entry in REGISTRY.split()}
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
