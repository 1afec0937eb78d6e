"""What of a text is prose: code is covered, so that a rule about wording does not judge a program."""

from __future__ import annotations

import re

FENCE = re.compile(r"^[ \t>]*(```+|~~~+).*?(?:^[ \t>]*\1[ \t]*$|\Z)", re.M | re.S)
INLINE = re.compile(r"(`+)(?!`).+?(?<!`)\1(?!`)", re.S)

MARKUP = re.compile(
    r"(?i)\b(?:x?html\d?|xml|xsl|svg|css|jsx?|javascript|typescript|react|vue|php|markdown|markup|entit(?:y|ies|é|és)|"
    r"tags?|balises?|elements?|éléments?|escap\w*|encod\w*|pars\w*|regex\w*|sql|templat\w*|"
    r"web ?(?:page|site)s?|webseiten?|code|script|"
    r"dom|browser|navigateur|href|attributes?|bash|shell|string|selector|render\w*|scrap\w*)\b|"
    r"<!DOCTYPE|<html|<head|<body|<script|<\?|网页|网站|标签|代码|元素"
)
"""Words of a text that is itself about code or markup."""


def prose(text: str) -> str:
    """The text with its code, fenced or between backticks, covered by as many backticks: places stay what they are.

    Covered are its spaces and line ends too, so that nothing in it looks like blank space in the prose.
    """
    if "`" not in text and "~~~" not in text:
        return text
    return INLINE.sub(_covered, FENCE.sub(_covered, text))


def is_about_markup(text: str) -> bool:
    """Whether a text speaks of code or markup: what stands in it as such is then probably meant."""
    return "```" in text or MARKUP.search(text) is not None


def _covered(found: re.Match[str]) -> str:
    return "`" * len(found[0])
