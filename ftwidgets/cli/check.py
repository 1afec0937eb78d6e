"""`ftwidgets check`: what is wrong with training files, as a table, as JSON, or as a page."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import orjson
import typer
from rich.console import Console, Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from ftwidgets.data import Findings, check
from ftwidgets.data import page as data_page
from ftwidgets.data.changes.choices import mends_of
from ftwidgets.data.cost.notice import notice
from ftwidgets.data.rules import RULES
from ftwidgets.data.rules.explanation import explanation
from ftwidgets.data.terms import Method
from ftwidgets.errors import InputError

MOST_LINES, MOST_TRIED = 5, 20
NARROW, NARROWEST = 110, 60
"""Columns below which a table has no column for the lines, and below which there is no table."""

WIDTH = 140
"""Columns of the table where the output is no terminal."""


def check_file(
    file: Annotated[
        Path | None,
        typer.Argument(help="A training file of any format that can be read.", show_default=False, readable=False),
    ] = None,
    validation: Annotated[
        Path | None, typer.Option(help="The validation file beside it.", show_default=False, readable=False)
    ] = None,
    test: Annotated[
        Path | None, typer.Option(help="The test file beside it.", show_default=False, readable=False)
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print every occurrence, or the rule explained, as JSON.")
    ] = False,
    html: Annotated[
        Path | None,
        typer.Option(help="Write a page too; personal data are masked in it.", show_default=False, readable=False),
    ] = None,
    model: Annotated[
        str | None, typer.Option(help="Count tokens as this model does: an OpenAI id or a base.", show_default=False)
    ] = None,
    method: Annotated[
        str | None, typer.Option(help="The job's method: supervised or dpo. Default: by the file.", show_default=False)
    ] = None,
    epochs: Annotated[
        int | None, typer.Option(help="How many epochs the job would have.", show_default=False, min=1, max=50)
    ] = None,
    explain: Annotated[
        str | None, typer.Option(help="Explain a rule instead, such as role-unknown.", show_default=False)
    ] = None,
) -> None:
    """Check training files against the rules. Exit status 1 where a job would fail or a file cannot be read, else 0."""
    if explain is not None:
        _explain(explain, as_json=as_json)
        return
    if file is None:
        raise InputError("Name a file: ftwidgets check FILE. Or a rule: ftwidgets check --explain role-unknown.")
    findings = check(file, validation, test, model=model, method=_method(method), n_epochs=epochs)
    if html is not None:
        _write(html, data_page.report(findings))
    if as_json:
        _write_json(findings)
    else:
        _show(findings, model)
    if findings.errors:
        raise typer.Exit(1)


def _explain(rule: str, *, as_json: bool) -> None:
    page = explanation(rule)
    if not as_json:
        typer.echo(str(page))
        return
    out = typer.get_binary_stream("stdout")
    out.write(orjson.dumps(page, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
    out.flush()


def _method(name: str | None) -> Method | None:
    methods: dict[str, Method] = {"supervised": "supervised", "dpo": "dpo"}
    if name is not None and name not in methods:
        raise InputError(f"'{name}' is not a method of fine-tuning. Use supervised or dpo.")
    return methods[name] if name else None


def _write(path: Path, page: str) -> None:
    if path.exists() and path.suffix.lower() not in (".html", ".htm"):
        raise InputError(f"{path} is there already and is no page: it stays. Name a file that ends in .html.")
    try:
        path.write_text(page, "utf-8")
    except OSError as error:
        raise InputError(
            f"{path} cannot be written: {error.strerror}. Name a file in a folder that is there."
        ) from error


def _write_json(findings: Findings) -> None:
    """Write every occurrence as one JSON list, each when it is made: there may be millions."""
    out = typer.get_binary_stream("stdout")
    comma = b"["
    for record in findings.each_record():
        out.write(comma + b"\n" + orjson.dumps(record, option=orjson.OPT_INDENT_2))
        comma = b","
    out.write(b"\n]\n" if comma == b"," else b"[]\n")
    out.flush()


def _show(findings: Findings, model: str | None) -> None:
    out = Console(highlight=False, markup=False)
    if not out.is_terminal:
        out = Console(highlight=False, markup=False, width=WIDTH)
    if findings:
        out.print(_table(findings, out.width) if out.width >= NARROWEST else _stacked(findings))
    told = [findings.summary(), *findings.skipped, *_mends(findings)]
    if findings:
        told.append("More about a rule: ftwidgets check --explain RULE")
    if model is not None and (about := notice(model)):
        told.append(about)
    for sentence in told:
        out.print(sentence, soft_wrap=True)


def _table(findings: Findings, width: int) -> Table:
    """A row for each cause; where the terminal is narrow, its lines stand below its words and not beside them."""
    table = Table(box=None, pad_edge=False, show_edge=False)
    for head in ("level", "rule", "times", "the first, and the remedy"):
        table.add_column(head, justify="right" if head == "times" else "left", overflow="fold", no_wrap=head == "rule")
    if width >= NARROW:
        table.add_column("lines", overflow="fold", max_width=width // 4)
    for rule, group in findings.by_cause().items():
        last = [str(group[0]), data_page.lines_of(group, MOST_LINES)] if width >= NARROW else [_said(group)]
        table.add_row(group[0].level, rule, f"{len(group):,}", *last)
    return table


def _stacked(findings: Findings) -> Group:
    """The causes one below the other, for a terminal in which a table would have a column of a few letters."""
    parts: list[Text | Padding] = []
    for rule, group in findings.by_cause().items():
        times = f", {len(group):,} times" if len(group) > 1 else ""
        parts.append(Text(f"{group[0].level} {rule}{times}", "bold", overflow="fold"))
        parts.append(Padding(Text(_said(group), overflow="fold"), (0, 0, 0, 2)))
    return Group(*parts)


def _said(group: Findings) -> str:
    """The first of a cause in words, and below it the lines of all where there are more."""
    lines = data_page.lines_of(group, MOST_LINES)
    return f"{group[0]}\nLines: {lines}" if len(group) > 1 and lines else str(group[0])


def _mends(findings: Findings) -> list[str]:
    """Which rules can mend what they found: those whose fix is safe, and those that a person has to name."""
    can = [RULES[name] for name, group in findings.by_cause().items() if _can_be_mended(group)]
    between = [rule.id for rule in can if rule.scope == "between"]
    safe = [rule.id for rule in can if rule.safe and rule.id not in between]
    named = [rule.id for rule in can if not rule.safe and rule.id not in between]
    told = {
        "Mended safely by ft.fix(data)": safe,
        "Mended only if you name it, by ft.fix(data, RULE)": named,
        "Mended by ft.fix(data, RULE, findings=ft.check(data, validation))": between,
    }
    return [f"{how}: {', '.join(rules)}." for how, rules in told.items() if rules]


def _can_be_mended(group: Findings) -> bool:
    """Whether one of the first findings of a rule can be mended: not each one can, of those that have a fix."""
    return group[0].fixable and any(mends_of(group, number) for number in range(min(len(group), MOST_TRIED)))
