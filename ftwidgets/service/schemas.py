"""The words in which `components` says what requests and replies look like: JSON schemas."""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]


def text(*choices: str, longest: int | None = None) -> Schema:
    """A text: one of the choices, or any up to a length."""
    return (
        {"type": "string"} | ({"enum": list(choices)} if choices else {}) | ({"maxLength": longest} if longest else {})
    )


def whole(low: int | None = None, high: int | None = None) -> Schema:
    """A whole number within bounds."""
    return _bounded("integer", low, high)


def number(low: float | None = None, high: float | None = None) -> Schema:
    """A number within bounds."""
    return _bounded("number", low, high)


def _bounded(kind: str, low: float | None, high: float | None) -> Schema:
    bounds = {"minimum": low, "maximum": high}
    return {"type": kind} | {name: bound for name, bound in bounds.items() if bound is not None}


def many(item: Schema, *, fewest: int = 0, most: int | None = None) -> Schema:
    """A list of such items."""
    return (
        {"type": "array", "items": item}
        | ({"minItems": fewest} if fewest else {})
        | ({"maxItems": most} if most else {})
    )


def either(*schemas: Schema) -> Schema:
    """One of several."""
    return {"anyOf": list(schemas)}


def maybe(schema: Schema) -> Schema:
    """It, or null."""
    return either(schema, {"type": "null"})


def record(required: str = "", /, **properties: Schema) -> Schema:
    """An object with these properties, of which the ones named in `required` must be there."""
    return {"type": "object", "properties": properties} | ({"required": required.split()} if required else {})


def named(name: str) -> Schema:
    """The component of that name."""
    return {"$ref": f"#/components/schemas/{name}"}


def page_of(name: str) -> Schema:
    """A list reply of such records."""
    return record("object data has_more", object=text("list"), data=many(named(name)), has_more=BOOL)


BOOL: Schema = {"type": "boolean"}
ANY: Schema = {}
PAIRS: Schema = {"type": "object", "additionalProperties": text(longest=512), "maxProperties": 16}
AUTO = text("auto")
EXPIRY = record("anchor seconds", anchor=text("created_at"), seconds=whole(3600, 2_592_000))
PURPOSE = text("fine-tune", "assistants", "batch", "vision", "user_data", "evals")
