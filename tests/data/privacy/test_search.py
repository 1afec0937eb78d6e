"""Personal data and secrets: what is found, what is left alone, and that nothing else changes."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftwidgets.data.privacy import Span, flagged, masked, search, spans

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmN"
PEM = "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----"

FOUND = [
    ("write to anna.schmidt@web.de today", "e-mail", "anna.schmidt@web.de"),
    ("<a href='mailto:j.o'neil+news@mail.acme.co.uk'>", "e-mail", "j.o'neil+news@mail.acme.co.uk"),
    ("Kontakt: müller@firma.de.", "e-mail", "ller@firma.de"),
    ("call me on +49 30 901820-12", "phone", "+49 30 901820-12"),
    ("my number is +14155552671.", "phone", "+14155552671"),
    ("(212) 456-7890 after six", "phone", "(212) 456-7890"),
    ("fax 1-212-456-7890", "phone", "1-212-456-7890"),
    ("212.456.7890", "phone", "212.456.7890"),
    ("appelez le 06 12 34 56 78 merci", "phone", "06 12 34 56 78"),
    ("office: 020 7123 4567", "phone", "020 7123 4567"),
    ("mobil 0171 1234567", "phone", "0171 1234567"),
    ("Tel. 030 / 123 456 78", "phone", "030 / 123 456 78"),
    ("(0171) 1234567 abends", "phone", "(0171) 1234567"),
    ("please call 2124567890 now", "phone", "2124567890"),
    ("from abroad 0049 30 901820", "phone", "0049 30 901820"),
    ("pay with 4111 1111 1111 1111 please", "card", "4111 1111 1111 1111"),
    ("5500005555555559", "card", "5500005555555559"),
    ("amex 3782 822463 10005, exp 12/27", "card", "3782 822463 10005"),
    ("6011-1111-1111-1117", "card", "6011-1111-1111-1117"),
    ("IBAN DE89 3704 0044 0532 0130 00 THANKS", "bank account", "DE89 3704 0044 0532 0130 00"),
    ("GB82WEST12345698765432", "bank account", "GB82WEST12345698765432"),
    ("NL91 ABNA 0417 1643 00.", "bank account", "NL91 ABNA 0417 1643 00"),
    ("my SSN is 536-22-1234", "national id", "536-22-1234"),
    ("CPF 529.982.247-25", "national id", "529.982.247-25"),
    ("numéro 2 55 08 14 168 025 38", "national id", "2 55 08 14 168 025 38"),
    ("login from 34.120.5.77", "IP address", "34.120.5.77"),
    ("http://34.120.5.77:8080/x", "IP address", "34.120.5.77"),
    ("2a00:1450:4001:82b::200e answered", "IP address", "2a00:1450:4001:82b::200e"),
    ("OPENAI_API_KEY=sk-proj-aB3dE5fG7hI9jK1lM3nO5pQ7", "key or token", "sk-proj-aB3dE5fG7hI9jK1lM3nO5pQ7"),
    ("key AKIA2E0A8F3B244C9986 id", "key or token", "AKIA2E0A8F3B244C9986"),
    ("ghp_16C7e42F292c6912E7710c838347Ae178B4a", "key or token", "ghp_16C7e42F292c6912E7710c838347Ae178B4a"),
    ("xoxb-2048-4096-AbCdEfGhIjKl", "key or token", "xoxb-2048-4096-AbCdEfGhIjKl"),
    ("AIzaSyA1bC2dE3fG4hI5jK6lM7nO8pQ9rS0tU1v", "key or token", "AIzaSyA1bC2dE3fG4hI5jK6lM7nO8pQ9rS0tU1v"),
    (JWT, "key or token", JWT),
    ("postgres://bob:s3cr3t@db.acme.com/x", "password", "s3cr3t"),
    ("my password is hunter22!", "password", "hunter22"),
    ('{"password": "Tr0ub4dor&3"}', "password", "Tr0ub4dor&3"),
    ("api_key = 'a8f5f167f44f4964e6c998dee827110c'", "password", "a8f5f167f44f4964e6c998dee827110c"),
    (f"{PEM}\nbye", "private key", PEM),
]  # fmt: skip

LEFT_ALONE = [
    "order 1234567890123 of 2024-05-13 12:30:45",
    "order number 2124567890 was shipped",
    "invoice 4111111111111112",
    "reference 0000 0000 0000 0000",
    "13.05.2024 10:15, 01-02-2024 and 2024/05/13",
    "it costs 1,234,567.89 or 1 234 567,89 EUR",
    "pi is 3.14159265358979",
    "ISBN 978-3-16-148410-0",
    "the range 1000000-2000000",
    "call me on 2024-05-06 2 3 times",
    "someone@example.com, a@mail.example.org, root@localhost, x@service.test",
    "icon@2x.png and @mention and a @ b",
    "git clone git@github.com:acme/tool.git",
    "npm install left-pad@1.3.0",
    "call 555-0123 or (212) 555-0147 or +1 212 555 0199",
    "version 1.2.3.4 and Chrome/120.0.6099.109 and firmware 34.120.5.77",
    "section 3.1.2.4",
    "192.168.0.1, 10.0.0.1, 127.0.0.1, 192.0.2.44, 203.0.113.9, 8.8.8.8, 300.1.1.1",
    "2001:db8::1 at 12:30:45 in std::vector<int>, a:b:c",
    "000-12-3456, 666-12-3456, 536-00-1234 and 078-05-1120",
    "529.982.247-26",
    "DE89 3704 0044 0532 0130 01",
    "XX12 3456 7890 1234 5678",
    "sk-learn-and-all-of-its-very-good-friends",
    "AKIAIOSFODNN7EXAMPLE",
    "password: required, password is incorrect, password: ********",
    "the password must have 8-20 characters",
    "password: 8-20 characters",
    "https://user:password@host/, http://host:8080/a@b",
    "-----BEGIN CERTIFICATE-----",
    "lot AB12 CD34 is here",
    "17 8 9 10 11 12 13 14 15",
    "the years 1990 1991 1992 1993",
    "tracking 1Z999AA10123456784 or 9400110200881234567890",
    "+1 and +2 make 3",
    "f(0, 1, 2, 3, 4, 5, 6, 7, 8, 9)",
    "timestamp 1718000000, id 550e8400-e29b-41d4-a716-446655440000",
]


@pytest.mark.parametrize(("text", "kind", "value"), FOUND, ids=[text[:30] for text, _, _ in FOUND])
def test_what_is_personal_is_found_and_nothing_beside_it(text: str, kind: str, value: str) -> None:
    start = text.index(value)
    assert spans(text) == [Span(kind, start, start + len(value))]


@pytest.mark.parametrize("text", LEFT_ALONE)
def test_what_only_looks_personal_is_left_alone(text: str) -> None:
    assert spans(text) == []


def test_the_same_value_has_the_same_number_within_a_text() -> None:
    text = "From bob@gmx.net to eve@gmx.net: BOB@gmx.net wrote, card 4111 1111 1111 1111."
    assert masked(text) == "From [e-mail 1] to [e-mail 2]: [e-mail 1] wrote, card [card]."


def test_gaps_make_no_other_value() -> None:
    assert masked("5500005555555559, 5500 0055 5555 5559") == "[card], [card]"


PIECES = st.sampled_from([text for text, _, _ in FOUND] + LEFT_ALONE)
TEXTS = st.lists(PIECES | st.text(alphabet=st.characters(), max_size=30), max_size=4).map(" ".join)


@given(text=TEXTS)
def test_spans_are_in_order_and_apart_and_masking_keeps_the_rest(text: str) -> None:
    found = spans(text)
    assert all(0 <= span.start < span.end <= len(text) for span in found)
    assert all(before.end <= after.start for before, after in pairwise(found))
    kept = [
        text[a:b] for a, b in zip([0] + [s.end for s in found], [s.start for s in found] + [len(text)], strict=True)
    ]
    assert re.fullmatch(r"\[[^\]]+\]".join(map(re.escape, kept)), masked(text))


@given(texts=st.lists(TEXTS, max_size=8), block=st.sampled_from([1, 60, 1_000_000]))
def test_google_re2_and_pythons_re_flag_what_spans_finds(texts: list[str], block: int) -> None:
    pytest.importorskip("re2")
    expected = [number for number, text in enumerate(texts) if spans(text)]
    assert flagged(texts) == expected
    for union in (search._union(), re.compile(search.union_of_triggers())):
        suspects = list(search._suspects(texts, union, block))
        assert [number for number in suspects if spans(texts[number])] == expected


def test_half_a_pair_of_surrogates_is_text_like_any_other() -> None:
    texts = ["\ud800", "\udfff bob@gmx.net", "a\ud800@b.de"]
    assert flagged(texts) == [1]
    assert masked(texts[1]) == "\udfff [e-mail]"


@pytest.mark.parametrize(
    "sign", ["a", "1", "1 ", "a@", "1.", ":", "+1", "sk-", "a:1@", "pwd:", "2a00:", "DE12", " ", "-----BEGIN "]
)
def test_a_long_row_of_one_sign_is_searched_in_time_that_grows_with_it(sign: str) -> None:
    assert spans(sign * 40_000) == []  # a pattern that tries every start again would take hours
