"""Hypothesis strategies for examples: sound ones, and ones in which something was replaced."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st

from ftwidgets.data.rules.examples import KEYS
from ftwidgets.data.rules.messages import MESSAGE_KEYS, ROLES

TEXT = st.text(max_size=8)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)
PARTS = st.lists(st.fixed_dictionaries({"type": st.just("text"), "text": TEXT}), min_size=1, max_size=2)
CALLS = st.lists(
    st.fixed_dictionaries(
        {"function": st.fixed_dictionaries({"name": TEXT}, optional={"arguments": TEXT})},
        optional={"id": TEXT, "type": st.just("function")},
    ),
    min_size=1,
    max_size=2,
)
ASKED = st.fixed_dictionaries(
    {"role": st.sampled_from(["system", "developer", "user", "tool"]), "content": TEXT | PARTS}, optional={"name": TEXT}
)
ANSWERED = st.one_of(
    st.fixed_dictionaries(
        {"role": st.just("assistant"), "content": TEXT}, optional={"weight": st.sampled_from([0, 1])}
    ),
    st.fixed_dictionaries({"role": st.just("assistant"), "content": st.none(), "tool_calls": CALLS}),
)
CHAT = st.fixed_dictionaries(
    {"messages": st.builds(lambda before, last: [*before, last], st.lists(ASKED | ANSWERED, max_size=3), ANSWERED)},
    optional={"tools": st.just([]), "parallel_tool_calls": st.booleans()},
)
PAIR = st.fixed_dictionaries({"prompt": TEXT, "completion": TEXT})
EXAMPLE = CHAT | PAIR

_KEYS = st.sampled_from(sorted(MESSAGE_KEYS | KEYS["chat"] | {"prompt", "completion", "type", "text", "function"}))
_ODD = [*ROLES, 0, 1, {}, [], [[]], [{}], None, "", True, 1.0]
_VALUES = (JSON | st.sampled_from(_ODD)).map(lambda value: json.loads(json.dumps(value)))  # a new one each time


@st.composite
def mutated(draw: st.DrawFn) -> Any:
    """An example in which some values, anywhere, were put in, replaced or taken away."""
    example = json.loads(json.dumps(draw(EXAMPLE)))
    for _ in range(draw(st.integers(1, 3))):
        place = draw(st.sampled_from(_containers(example)))
        if isinstance(place, list):
            place.insert(draw(st.integers(0, len(place))), draw(_VALUES))
        elif place and draw(st.booleans()):
            key = draw(st.sampled_from(sorted(place)))
            place[key] = draw(_VALUES)
        elif place and draw(st.booleans()):
            del place[draw(st.sampled_from(sorted(place)))]
        else:
            place[draw(_KEYS | TEXT)] = draw(_VALUES)
    return example


def _containers(value: Any) -> list[Any]:
    """Every object and list in a value, itself included."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    own = [value] if isinstance(value, dict | list) else []
    return own + [container for one in inner for container in _containers(one)]


LINE = st.one_of(
    (EXAMPLE | mutated() | JSON).map(lambda value: json.dumps(value).encode()),
    st.binary(max_size=30),
    st.sampled_from([b"null", b"42", b"", b" ", b"NaN", b"{", b'{"messages": [', b"\xff\xfe", b"\x00", b'"\\ud800"']),
)
FILE = st.one_of(
    st.binary(max_size=200),
    st.builds(
        lambda start, end, lines: start + end.join(lines),
        st.sampled_from([b"", b"\xef\xbb\xbf"]),
        st.sampled_from([b"\n", b"\r\n", b"\r", b"\n\n"]),
        st.lists(LINE, max_size=6),
    ),
)
