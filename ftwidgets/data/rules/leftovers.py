"""Rules about what tools leave in texts: HTML, escapes, the marks of chat templates, blanks to be filled in."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator

from ftwidgets.data.prose import is_about_markup, prose
from ftwidgets.data.rules.rule import Fault, Mend, mends, rule, shown
from ftwidgets.data.rules.samples import asked, said
from ftwidgets.data.rules.speakers import ANSWERERS, spans

ENTITY = r"&(?:amp|nbsp|lt|gt|quot|apos|rsquo|lsquo|rdquo|ldquo|hellip|ndash|mdash|eacute|uuml|#\d+|#x[0-9a-fA-F]+);"
TAG = r"<(?:/p|/div|/span|/font|/center|/strong|p|br|br ?/ ?)>|<(?:p|div|span|font) (?:class|style|id|color|align)="
TAGS = re.compile(r"</?(?:p|br|div|span|font|center|strong)\b[^<>]*>")
TABLE = re.compile(r"(?m)^[ \t]*\|.*\|[ \t]*$")


@rule(
    "html-entity",
    "warning",
    "text",
    fails=(said("Ben &amp; Ann left."), asked("It&#39;s late."), said("It left&nbsp;on Monday.")),
    passes=(said("Write `&amp;` for it."), said("In HTML, &amp; stands for &."), said("R&D; a & b"), asked("a&b;c")),
    hint=ENTITY,
)
def html_entity(text: str, speaker: str) -> Iterator[Fault]:
    """A text holds an HTML entity, such as &amp; for &.

    Why: the model learns to write it, and nobody who reads the answer sees the character that was meant.

    Code is left out, and so are texts that speak of code or markup.
    """
    if not is_about_markup(text):
        for begin, end in spans(re.compile(ENTITY), prose(text)):
            meant = html.unescape(text[begin:end])
            yield Fault(f"{text[begin:end]} is HTML for {_named(meant)}.", "Write the character.", span=(begin, end))


def _named(character: str) -> str:
    """A character in quotation marks, or by its name where it cannot be seen."""
    return (
        shown(character)
        if character.isprintable()
        else f"a {unicodedata.name(character[:1], 'control character').lower()}"
    )


@mends(html_entity, safe=True)
def _unescaped(text: str, speaker: str, fault: Fault) -> Mend:
    plain = re.compile(ENTITY).sub(lambda found: html.unescape(found[0]).replace("\u00a0", " "), text)
    return Mend("write the characters", plain)


@rule(
    "html-tag",
    "warning",
    "text",
    fails=(said("It left.<br>It comes today."), asked("<p>Where is it?</p>"), said('<span style="a">It left.</span>')),
    passes=(
        said("if a < b and c > d"),
        said("`<br>` ends a line."),
        asked("My page shows <div> twice. Which tag is wrong?"),
        said("| a | b |\n|---|---|\n| one<br>two | c |"),
        said("H<sub>2</sub>O <name@example.org> <your name>"),
    ),
    hint=TAG,
)
def html_tag(text: str, speaker: str) -> Iterator[Fault]:
    """A text holds HTML tags that are left over.

    Why: the model learns to write tags into its answers.

    These are the tags of paragraphs, lines and styles. Code is left out, and so are texts that speak of code or markup,
    whole pages, and tables, in which <br> is the only way to end a line.
    """
    if is_about_markup(text) or text.lstrip().startswith(("<!", "<?", "<html")):
        return
    plain = TABLE.sub(lambda found: "|" * len(found[0]), prose(text))
    if re.search(TAG, plain):
        for begin, end in spans(TAGS, plain):
            yield Fault(f"The tag {shown(text[begin:end])} is left over.", "Remove it.", span=(begin, end))


@mends(html_tag)
def _untagged(text: str, speaker: str, fault: Fault) -> Mend | None:
    lines = re.sub(r"<br ?/? ?>|</(?:p|div)>", "\n", text)
    plain = re.sub(r"\n{3,}", "\n\n", TAGS.sub("", lines)).strip()
    return Mend("remove the tags", plain) if plain else None


ESCAPED = re.compile(r"(?<=[\w.!?:;,)*\"'])\\n(?:\\n)+(?=[A-Z0-9\-*•#\"À-Þ])|(?<=[.!?:])\\n(?=[A-ZÀ-Þ0-9\-*•])")


@rule(
    "escaped-newline",
    "warning",
    "text",
    fails=(said(r"It left.\n\nIt comes today."), said(r"It left:\n- on Monday\n- on Tuesday")),
    passes=(
        said("Replace \\n\\n with \\n.\nDone."),
        said(r"C:\new and \nabla"),
        said('`print("It left.\\nIt comes.")`'),
        said('print("It left.\\nIt comes.")\nprint(1)'),
        said(r"Split at \n\n and join."),
    ),
    hint=r"[^ \\]\\n(?:\\n)*[A-Z0-9\-*#\"]|[^ \\]\\n(?:\\n)*[•À-Þ]",
)
def escaped_newline(text: str, speaker: str) -> Iterator[Fault]:
    r"""A line break is written as two characters, \ and n.

    Why: the model learns to write them, and its answers show them.

    It happens where a text is escaped twice. Reported only in texts without a real line break, and not in code.
    """
    if "\n" in text or is_about_markup(text) or re.search(r"print|\w\(\"|= ?\"", text):
        return
    for span in spans(ESCAPED, prose(text)):
        yield Fault(r"A line break is written as a backslash and n.", "Write a real line break.", span=span)


@mends(escaped_newline)
def _real_newline(text: str, speaker: str, fault: Fault) -> Mend:
    return Mend("write real ends of lines", text.replace("\\r\\n", "\n").replace("\\n", "\n"))


MARK = (
    r"<\|(?:im_start|im_end|im_sep|endoftext|eot_id|eom_id|end_of_text|begin_of_text|start_header_id|end_header_id|"
    r"end|user|assistant|system|pad|startoftext|endofprompt)\|>|</s>|\[/?INST\]|<</?SYS>>|<(?:start|end)_of_turn>|"
    r"<[be]os>|### ?(?:Response|Instruction|Human|Assistant):"
)
TALK = re.compile(r"(?i)\btokens?\b|tokeni[sz]|template|prompt|special|stop sequence|fine-?tun|llama|mistral|chatml")


@rule(
    "template-mark",
    "warning",
    "text",
    fails=(said("It left.<|im_end|>"), said("It left.</s>"), asked("[INST] Where is it? [/INST]")),
    passes=(
        said("`<|im_end|>` ends a turn."),
        said("The token <|endoftext|> ends a text."),
        said("<s>gone</s>"),
        said("a <| b |> c"),
    ),
    hint=MARK,
)
def template_mark(text: str, speaker: str) -> Iterator[Fault]:
    """A text holds the marks of a chat template, such as <|im_end|> or [INST].

    Why: the service puts the model's own marks around each message; written as text they are other tokens, and the
    model learns to show them.

    They are left over from a file that was made for one model's template. Within a text they may be where another turn
    begins: only those at its ends are removed by the fix. Texts that speak of them are left out.
    """
    plain = prose(text)
    if len(found := list(spans(re.compile(MARK), plain))) and not TALK.search(plain):
        for begin, end in found:
            if text[begin:end] != "</s>" or "<s>" not in text:  # else what is struck out in HTML
                yield Fault(f"{text[begin:end]} is a mark of a chat template.", "Remove it.", span=(begin, end))


@mends(template_mark)
def _unmarked(text: str, speaker: str, fault: Fault) -> Mend | None:
    plain = text.strip().removeprefix("<s>").strip()
    found = [one.span() for one in re.finditer(MARK, plain)]
    while found and found[0][0] == 0:  # at the beginning
        cut = len(plain) - len(plain[found[0][1] :].lstrip())
        plain, found = plain[cut:], [(begin - cut, end - cut) for begin, end in found[1:]]
    while found and found[-1][1] == len(plain):  # and at the end
        plain = plain[: found.pop()[0]].rstrip()
    return Mend("remove the marks", plain) if plain and not found else None


BLANKS = (
    r"\[[Ii]nsert [^\[\]\n]*\]|\[INSERT[^\[\]\n]*\]|\[(?:TODO|FIXME|TBD|XXX+)\b[^\[\]\n]*\]|\b(?:TODO|FIXME):|"
    r"[Ll]orem ipsum dolor|\{\{ ?[a-z][a-z][a-z]+(?:[_.][a-z]+)* ?\}\}|<(?:insert|INSERT)[ _][^<>\n]*>|"
    r"\[(?:customer|client|company|user|order|product|agent)(?:'s)?[ _](?:name|number|id)\]"
)


@rule(
    "placeholder",
    "note",
    "text",
    fails=(said("Dear {{name}}, it left."), said("It left [insert date]."), said("TODO: ask Ann."), said("[TBD]")),
    passes=(
        said("`{{name}}` is filled in."),
        said(r"\frac{{a}}{b}"),
        said("A todo list: [1] and [x]."),
        asked("Fill in {{name}}."),
        said("The template {{name}} is filled in."),
    ),
    hint=BLANKS,
)
def placeholder(text: str, speaker: str) -> Iterator[Fault]:
    """An answer holds a blank that was never filled in.

    Why: the model learns to answer with the blank.

    Examples are [insert date], {{name}}, TODO: and lorem ipsum. Keep it where the model should write drafts with
    blanks. Code is left out, and so are texts that speak of templates.
    """
    if speaker in ANSWERERS and not is_about_markup(text):
        for begin, end in spans(re.compile(BLANKS), prose(text)):
            if text[:begin][-1:] not in ("\\", "}", "{", "^", "_"):
                yield Fault(
                    f"{shown(text[begin:end])} was never filled in.", "Fill it in, or drop the row.", span=(begin, end)
                )
