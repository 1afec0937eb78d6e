"""Rules about what stands where a message's text should be."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import orjson

from ftwidgets.data.rules.rule import Fault, Mend, mends, rule, shown
from ftwidgets.data.rules.samples import ANSWER, CALL, CALLED, CHAT, RESULT, USER, chat

PART_TYPES = ("text", "image_url")
TEXT = {"type": "text", "text": "a"}

IMAGES = ("http://", "https://", "data:image/jpeg;", "data:image/png;", "data:image/webp;")
"""How the address of an image begins that OpenAI's service takes."""

LARGEST_IMAGE = 10 * 2**20

Message = dict[str, Any]


def _image(url: str, **more: str) -> dict[str, Any]:
    part = {"type": "image_url", "image_url": {"url": url} | more}
    return chat({"role": "user", "content": [TEXT, part]}, ANSWER)


@rule(
    "content-missing",
    "error",
    "message",
    fails=(
        chat({"role": "user"}, ANSWER),
        chat(USER, {"role": "assistant", "content": None}),
        chat(USER, {"role": "assistant", "tool_calls": []}),
    ),
    passes=(chat(USER, CALLED, RESULT, ANSWER), chat(USER, {"role": "assistant", "function_call": CALL["function"]})),
)
def content_missing(message: Message) -> Iterator[Fault]:
    """A message has no content, and calls no tool.

    Why: the job would fail: there is nothing to read, and nothing to learn.
    """
    if message.get("content") is None and not message.get("tool_calls") and not message.get("function_call"):
        what = "'content' is null." if "content" in message else "The key 'content' is missing."
        yield Fault(what, "Give the message's text.", "content")


@rule(
    "content-not-text",
    "error",
    "message",
    fails=(
        chat({"role": "user", "content": 5}, ANSWER),
        chat({"role": "user", "content": {}}, ANSWER),
        chat({"role": "user", "content": []}, ANSWER),
        chat({"role": "user", "content": ["a"]}, ANSWER),
        chat({"role": "user", "content": [{"type": "text"}]}, ANSWER),
    ),
    passes=chat({"role": "user", "content": [{"type": "text", "text": "a"}]}, ANSWER),
)
def content_not_text(message: Message) -> Iterator[Fault]:
    """A message's content is neither a text nor a list of parts.

    Why: the job would fail: a number or an object cannot be read as text.
    """
    content = message.get("content")
    if isinstance(content, list):
        if not content or not all(_is_part(part) for part in content):
            yield Fault("A part of the content is malformed.", 'Write {"type": "text", "text": "..."}.', "content")
    elif content is not None and not isinstance(content, str):
        yield Fault(f"'content' is {shown(content)}, not a text.", "Write a text in quotation marks.", "content")


def _is_part(part: Any) -> bool:
    if not isinstance(part, dict) or part.get("type") not in PART_TYPES:
        return False
    return part["type"] != "text" or isinstance(part.get("text"), str)


@mends(content_not_text, safe=True)
def _as_text(message: Message, fault: Fault) -> Mend | None:
    content = message["content"]
    if isinstance(content, list):
        parts = [_part_of(part) for part in content]
        fits = bool(parts) and all(map(_is_part, parts))
        return Mend("write the parts as OpenAI's API does", message | {"content": parts}) if fits else None
    if isinstance(content, dict):
        return Mend("make it a list of this one part", message | {"content": [content]}) if _is_part(content) else None
    return Mend("put it in quotation marks", message | {"content": orjson.dumps(content).decode()})


def _part_of(part: Any) -> Any:
    if isinstance(part, str):
        return {"type": "text", "text": part}
    if isinstance(part, dict) and "type" not in part and isinstance(part.get("text"), str):
        return {"type": "text"} | part
    return part


@rule(
    "content-parts",
    "note",
    "message",
    fails=chat({"role": "user", "content": [TEXT | {"text": "Where is"}, TEXT | {"text": "my parcel?"}]}, ANSWER),
    passes=(
        chat({"role": "user", "content": [TEXT, TEXT | {"text": "\nb"}]}, ANSWER),
        chat({"role": "user", "content": [TEXT]}, ANSWER),
    ),
)
def content_parts(message: Message) -> Iterator[Fault]:
    """A message has several parts of text with nothing between them.

    Why: the local model reads them as one text, so that the last word of one runs into the first of the next.
    """
    content = message.get("content")
    texts = [part.get("text") for part in content if isinstance(part, dict)] if isinstance(content, list) else []
    said = [text for text in texts if isinstance(text, str) and text]
    for one, after in pairwise(said):
        if not one[-1].isspace() and not after[0].isspace():
            what = f"{shown(one[-20:])} and {shown(after[:20])} stand in two parts with nothing between them."
            yield Fault(what, "Make them one text.", "content")
            return


@mends(content_parts)
def _one_text(message: Message, fault: Fault) -> Mend | None:
    parts = message["content"]
    if not all(_is_part(part) and part["type"] == "text" for part in parts):
        return None
    return Mend("join them with a line break", message | {"content": "\n".join(part["text"] for part in parts)})


@rule(
    "image",
    "error",
    "message",
    fails=(
        chat({"role": "user", "content": [{"type": "image_url", "image_url": {"url": "data:"}}]}, ANSWER),
        _image("https://example.org/parcel.png"),
    ),
    passes=CHAT,
)
def image(message: Message) -> Iterator[Fault]:
    """A message holds an image.

    Why: the job would fail here: the local model reads text only.
    """
    content = message.get("content")
    if isinstance(content, list) and any(isinstance(one, dict) and one.get("type") == "image_url" for one in content):
        answer = ", which no model can be trained to give" if message.get("role") == "assistant" else ""
        what = f"The message holds an image{answer}."
        yield Fault(what, "The local model reads text only: remove the image.", "content")


@mends(image)
def _without_images(message: Message, fault: Fault) -> Mend | None:
    left = [part for part in message["content"] if not isinstance(part, dict) or part.get("type") != "image_url"]
    return Mend("remove the image", message | {"content": left}) if left else None


@rule(
    "image-unfit",
    "warning",
    "message",
    fails=(_image("photo.png"), _image("data:image/gif;base64,R0lG"), _image("https://a.org/b.png", detail="best")),
    passes=(_image("https://a.org/b.png"), _image("data:image/png;base64,iVBORw0K", detail="low")),
)
def image_unfit(message: Message) -> Iterator[Fault]:
    """An image is not one that OpenAI's service takes.

    Why: OpenAI's service would refuse the file, or skip the example.

    It takes an address (http or https) or the image itself (data:), JPEG, PNG or WEBP of up to 10 MB, and the detail
    low, high or auto; up to 10 images an example, none in an answer. It skips examples with images of people.
    """
    content = message.get("content")
    for part in content if isinstance(content, list) else ():
        what = _unfit(part) if isinstance(part, dict) and part.get("type") == "image_url" else None
        if what:
            yield Fault(*what, "content")


def _unfit(part: dict[str, Any]) -> tuple[str, str] | None:
    """What is wrong with an image, and the remedy."""
    remedy = "Use JPEG, PNG or WEBP up to 10 MB, as https:// or data:image/..."
    image = part.get("image_url")
    url = image.get("url") if isinstance(image, dict) else None
    if not isinstance(image, dict) or not isinstance(url, str) or not url.startswith(IMAGES):
        return f"An image is given as {shown(url if isinstance(image, dict) else image)}.", remedy
    if len(url) > LARGEST_IMAGE * 4 // 3 + 100:
        return f"An image has {len(url) * 3 / 4 / 2**20:,.0f} MB.", remedy
    detail = image.get("detail", "auto")
    known = detail in ("low", "high", "auto")
    return None if known else (f"The detail of an image is {shown(detail)}.", "Use low, high or auto.")


@rule("content-blank", "warning", "message", fails=chat(USER, ANSWER | {"content": " \n"}), passes=CHAT)
def content_blank(message: Message) -> Iterator[Fault]:
    """A message is blank.

    Why: the model would learn to say nothing, or to answer when nothing was asked.
    """
    content = message.get("content")
    if isinstance(content, str) and not content.strip() and not message.get("tool_calls"):
        yield Fault("The message is blank.", "Write its text, or remove the example.", "content")
