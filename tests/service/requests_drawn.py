"""Requests that may be sound, nearly sound or nonsense, drawn from the schemas of an OpenAPI document."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from hypothesis import strategies as st

Strategy = st.SearchStrategy[Any]

letters = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
anything: Strategy = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | letters,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(letters, inner, max_size=3),
    max_leaves=6,
)


def drawn_text(known: list[Any]) -> Strategy:
    """A part of an address: something that is there, or anything."""
    there = st.sampled_from([str(one) for one in known] or ["x"])
    return st.one_of(there, there, there, letters.map(lambda text: quote(text, safe="") or "x"))


def drawn_body(schema: Any, components: Any, known: dict[str, list[Any]]) -> Strategy:
    """A JSON body: mostly one that fits the schema, in parts one that does not, at times another thing."""
    return st.one_of(fitting(schema, components, known), fitting(schema, components, known, faulty=True), anything)


def drawn_form(fields: dict[str, Any]) -> Strategy:
    """The fields of a multipart body."""
    content = st.sampled_from([b"", b'{"a": 1}\n', b"not JSON", b"\xff\xfe"]) | st.binary(max_size=40)
    file = st.tuples(letters.map(lambda name: name.replace("\n", "") or "f"), content)
    texts = {
        name: st.sampled_from(schema.get("enum") or ["created_at", "3600"]) | letters
        for name, schema in fields.items()
        if schema.get("format") != "binary"
    }
    named = [name for name, schema in fields.items() if schema.get("format") == "binary"]
    return st.fixed_dictionaries(
        {
            "data": st.fixed_dictionaries({}, optional=texts),
            "files": st.fixed_dictionaries({}, optional=dict.fromkeys([*named, "other"], file)).filter(bool),
        }
    )


def fitting(schema: Any, components: Any, known: dict[str, list[Any]], *, faulty: bool = False) -> Strategy:
    """A value that fits the schema; a `faulty` one has some parts that may not."""

    def inner(part: Any, name: str = "") -> Strategy:
        sound = fitting(part, components, known, faulty=faulty)
        if name in known:
            there = st.sampled_from(known[name])
            sound = st.one_of(there, there, there, there, sound)
        return st.one_of(sound, sound, sound, anything) if faulty else sound

    if "$ref" in schema:
        return inner(components[schema["$ref"].rsplit("/", 1)[1]])
    if "anyOf" in schema:
        return st.one_of([inner(one) for one in schema["anyOf"]])
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    low, high = schema.get("minimum"), schema.get("maximum")
    kinds: dict[str, Any] = {
        "string": lambda: letters,
        "boolean": st.booleans,
        "null": st.none,
        "integer": lambda: st.integers(low, high),
        "number": lambda: st.floats(low, high, allow_nan=False, allow_infinity=False),
        "array": lambda: st.lists(inner(schema["items"]), min_size=schema.get("minItems", 0), max_size=3),
        "object": lambda: _object(schema, inner),
    }
    return kinds[schema["type"]]() if "type" in schema else anything


def _object(schema: Any, inner: Any) -> Strategy:
    properties = {name: inner(part, name) for name, part in schema.get("properties", {}).items()}
    if not properties:
        return st.dictionaries(letters, inner(schema.get("additionalProperties", {})), max_size=3)
    required = [name for name in schema.get("required", []) if name in properties]
    others = [name for name in properties if name not in required]
    chosen = st.lists(st.sampled_from(others), max_size=3, unique=True) if others else st.just([])
    return chosen.flatmap(lambda more: st.fixed_dictionaries({name: properties[name] for name in [*required, *more]}))
