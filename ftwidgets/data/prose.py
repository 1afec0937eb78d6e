"""What of a text is prose: code is covered, so that a rule about wording does not judge a program."""

from __future__ import annotations

import re

FENCE = re.compile(r"^[ \t>]*(?:[-*+] +|\d+[.)] +)?(```+|~~~+)([^`\n]*)$", re.M)
INLINE = re.compile(r"(?<!`)(?:`[^`\n]+`|``(?:[^`\n]|`(?!`))+``|```[^`\n]+```)(?!`)")

MARKUP = re.compile(
    r"(?i)\b(?:x?html\d?|xml|xsl|svg|css|jsx?|javascript|typescript|vue|php|markdown|markup|"
    r"escap\w*|encod\w*|pars\w*|regex\w*|sql|dom|href|bash|scrap\w*)\b|"
    r"<!DOCTYPE|<html|<head|<body|<script|<\?|网页|网站|标签|代码|元素"
)
"""Words of a text that is itself about code or markup."""

AMBIGUOUS = re.compile(
    r"(?i)\b(?:react|entit(?:y|ies|é|és)|elements?|éléments?|templat\w*|code|script|browser|navigateur|attributes?|"
    r"shell|string|selector|render\w*|tags?|balises?|web ?(?:page|site)s?|webseiten?)\b"
)
"""Words that may be of code or markup, and may be of a shop: they count beside a mark only."""

BESIDE = 80
"""So many characters before and behind a mark are beside it."""


def prose(text: str) -> str:
    """The text with its code, fenced or between backticks, covered by as many backticks: places stay what they are.

    Covered are its spaces and line ends too, so that nothing in it looks like blank space in the prose.
    """
    if "`" not in text and "~~~" not in text:
        return text
    return INLINE.sub(lambda found: "`" * len(found[0]), _without_blocks(text))


def _without_blocks(text: str) -> str:
    """A block ends with a fence such as it began with, and nothing after it; or with the text."""
    parts, at, opened, begin = [], 0, "", 0
    for found in FENCE.finditer(text):
        if not opened:
            opened, begin = found[1], found.start()
        elif found[1].startswith(opened) and not found[2].strip():
            parts += [text[at:begin], "`" * (found.end() - begin)]
            at, opened = found.end(), ""
    if opened:
        parts += [text[at:begin], "`" * (len(text) - begin)]
        at = len(text)
    return "".join([*parts, text[at:]]) if parts else text


def is_about_markup(text: str) -> bool:
    """Whether a text speaks of code or markup: what stands in it as such is then probably meant."""
    return "```" in text or MARKUP.search(text) is not None or _says_so_beside_a_mark(text)


def _says_so_beside_a_mark(text: str) -> bool:
    if AMBIGUOUS.search(text) is None:
        return False
    marks = [found.start() for found in re.finditer(r"[<&\\\[{]|TODO", text)]
    return any(AMBIGUOUS.search(text, max(0, at - BESIDE), at + BESIDE) for at in marks)
