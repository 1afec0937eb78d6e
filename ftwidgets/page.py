"""One offline page: plain HTML with its style inside, light and dark, that needs nothing from anywhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape

STYLE = """
:root { color-scheme: light dark; --ground: #fff; --text: #1f2328; --dim: #5b636d; --line: #d8dee4; --soft: #f6f8fa;
  --good: #00795a; --bad: #b42318; }
@media (prefers-color-scheme: dark) { :root { --ground: #111418; --text: #e6e9ed; --dim: #9aa4af; --line: #2c333b;
  --soft: #181d23; --good: #3ecf9b; --bad: #ff8a7a; } }
body { margin: 2rem auto; max-width: 1000px; padding: 0 1rem; background: var(--ground); color: var(--text);
  font: 14px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.4rem; }
h2 { font-size: 1.1rem; margin-top: 2rem; } p { max-width: 46rem; } .dim { color: var(--dim); }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: left; vertical-align: top; padding: 4px 12px 4px 0; border-bottom: 1px solid var(--line); }
th { color: var(--dim); font-weight: 500; } th[scope=row] { width: 16rem; }
code { font-size: 0.95em; overflow-wrap: anywhere; }
img { width: 100%; }
.right::before { content: "right: "; color: var(--good); } .wrong::before { content: "wrong: "; color: var(--bad); }
"""


LEFT = ' style="text-align: left"'
"""A notebook would put the texts in a table to the right."""


def document(title: str, *parts: str) -> str:
    """A whole page; `parts` are HTML, `title` is text."""
    body = "\n".join(parts)
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{escape(title)}</title>\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n<style>{STYLE}</style>\n</head>\n'
        f"<body>\n<h1>{escape(title)}</h1>\n{body}\n</body>\n</html>\n"
    )


def section(title: str, *parts: str) -> str:
    """A heading and what stands under it."""
    return f"<section><h2>{escape(title)}</h2>\n" + "\n".join(parts) + "</section>"


def paragraph(text: str) -> str:
    """A paragraph of text."""
    return f"<p>{escape(text)}</p>"


def facts(values: Mapping[str, object]) -> str:
    """Names and their values, a row each; what is None is left out."""
    rows = (
        f"<tr><th scope=row{LEFT}>{escape(name)}</th><td{LEFT}>{escape(str(value))}</td></tr>"
        for name, value in values.items()
        if value is not None
    )
    return f"<table>{''.join(rows)}</table>"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; the cells are HTML already, the head is text."""
    top = "".join(f"<th scope=col{LEFT}>{escape(name)}</th>" for name in head)
    body = "".join(f"<tr>{''.join(f'<td{LEFT}>{cell}</td>' for cell in row)}</tr>\n" for row in rows)
    return f"<table><thead><tr>{top}</tr></thead><tbody>\n{body}</tbody></table>"
