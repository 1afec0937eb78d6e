"""`ftwidgets check`: the findings as a table and as JSON."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.console import Console

from ftwidgets.cli.check import _stacked, _table
from ftwidgets.data import check as check_rows
from ftwidgets.data import fix, load
from ftwidgets.data.examination import rules_of
from ftwidgets.lessons import data_set
from tests.cli.conftest import Call, environment, program, write

ROWS = [json.loads(line) for line in data_set("words")["train"].read_text("utf-8").splitlines()]
"""Rows in which nothing is found."""

KEYS = ["rule", "level", "line", "message_index", "field", "message", "remedy", "fixable"]
WRONG = {"messages": [{"role": "usr", "content": "a"}, {"role": "assistant", "content": "b"}]}
ODD = {"messages": [{"role": "user", "content": "a"}]}


def test_a_sound_file_has_nothing_to_mend_and_status_0(call: Call, tmp_path: Path) -> None:
    done = call("check", write(tmp_path / "rows.jsonl", ROWS))
    assert (done.status, done.out, done.err) == (0, "200 examples: nothing to mend.\n", "")


def test_errors_are_shown_by_cause_with_their_lines_and_status_1(tmp_path: Path) -> None:
    rows = write(tmp_path / "rows.jsonl", [*ROWS, *[WRONG] * 11, ODD])
    done = program("check", rows, home=tmp_path / "home")
    assert done.status == 1
    shown = " ".join(done.out.split())
    assert "error role-unknown 11 Line 201, message 1: 'usr' is not a role." in shown
    assert "error no-assistant 1 Line 212: No message is the assistant's" in shown
    assert "201, 202, 203, 204, 205 and 6 more" in shown
    assert done.out.splitlines()[-3] == "212 examples: 12 errors."
    assert done.out.splitlines()[-2] == "Mended safely by ft.fix(data): role-unknown."
    assert done.err == ""


def test_what_is_mended_unasked_and_what_must_be_named_are_told_apart(call: Call, tmp_path: Path) -> None:
    ends = {"messages": [*ROWS[0]["messages"], {"role": "user", "content": "And then?"}]}
    unreadable = b'{"messages": [{"role": "user", "content": NaN}]}'
    path = write(tmp_path / "rows.jsonl", [*ROWS, WRONG, ends])
    path.write_bytes(path.read_bytes() + unreadable)
    done = call("check", path, "--validation", write(tmp_path / "held-out.jsonl", ROWS[:1]))
    told = [line for line in done.out.splitlines() if line.startswith("Mended")]
    assert told == [
        "Mended safely by ft.fix(data): role-unknown.",
        "Mended only if you name it, by ft.fix(data, RULE): last-not-assistant.",
        "Mended by ft.fix(data, RULE, findings=ft.check(data, validation)): leak.",
    ]
    safe, named = fix(load(path)), fix(load(path), "last-not-assistant")
    assert [step.rule for step in safe.steps] == ["role-unknown"]
    assert [step.rule for step in named.steps] == ["last-not-assistant"]


def test_a_rule_that_can_mend_none_of_what_it_found_is_not_promised(call: Call, tmp_path: Path) -> None:
    listed = {"messages": [{"role": ["user"], "content": "a"}, {"role": "assistant", "content": "b"}]}
    done = call("check", write(tmp_path / "rows.jsonl", [*ROWS, listed]))
    assert "role-unknown" in done.out and "Mended" not in done.out


def test_lines_of_several_files_stand_by_their_file(call: Call, tmp_path: Path) -> None:
    name = "f" * 180
    held_out = write(tmp_path / f"{name}.jsonl", [WRONG, WRONG])
    done = call("check", write(tmp_path / "rows.jsonl", [*ROWS, WRONG]), "--validation", held_out)
    shown = "".join(done.out.split())
    assert "rows.jsonl,line201,message1:" in shown
    assert "rows.jsonl:201;" in shown and "fffff.jsonl:1,2" in shown
    assert max(map(len, done.out.splitlines())) <= 140 and "f" * 60 not in done.out
    done = call("check", tmp_path / "rows.jsonl", "--validation", write(tmp_path / "b.jsonl", ROWS[:1]), "--json")
    assert {record["file"] for record in json.loads(done.out)} == {"rows.jsonl"}


@pytest.mark.parametrize("columns", [60, 80, 109, 120, 200])
def test_a_table_is_as_wide_as_the_terminal_and_has_every_cause(columns: int) -> None:
    rows = [example for rule in rules_of("message") + rules_of("example") for example in rule.fails]
    findings = check_rows(load(rows))
    out = Console(width=columns, file=StringIO(), color_system=None)
    out.print(_table(findings, columns))
    lines = out.file.getvalue().splitlines()  # type: ignore[attr-defined]
    assert max(map(len, lines)) <= columns
    assert len(findings.by_cause()) >= 30
    for rule, group in findings.by_cause().items():
        assert [group[0].level, rule, f"{len(group):,}"] in [line.split()[:3] for line in lines]


@pytest.mark.parametrize("columns", [20, 40, 59])
def test_where_a_table_does_not_fit_the_causes_stand_one_below_the_other(columns: int) -> None:
    findings = check_rows(load([*ROWS, WRONG, WRONG, ODD]))
    out = Console(width=columns, file=StringIO(), color_system=None)
    out.print(_stacked(findings))
    lines = out.file.getvalue().splitlines()  # type: ignore[attr-defined]
    assert max(map(len, lines)) <= columns
    said = " ".join(" ".join(lines).split())
    assert "error role-unknown, 2 times Line 201, message 1: 'usr' is not a role." in said
    assert "Lines: 201, 202" in said and "error no-assistant Line 203:" in said


@pytest.mark.skipif(sys.platform == "win32", reason="pty is not there")
def test_a_narrow_terminal_gets_no_table(tmp_path: Path) -> None:
    import pty

    terminal, screen = pty.openpty()
    path = write(tmp_path / "rows.jsonl", [*ROWS, WRONG])
    command = [sys.executable, "-m", "ftwidgets", "check", str(path)]
    with_size = environment(tmp_path / "home") | {"COLUMNS": "40", "TERM": "xterm", "NO_COLOR": "1"}
    subprocess.run(command, env=with_size, stdin=screen, stdout=screen, stderr=screen, check=False)
    shown = os.read(terminal, 4096).decode()
    os.close(terminal)
    os.close(screen)
    assert "error role-unknown" in shown and "the first, and the remedy" not in shown


@pytest.mark.slow
def test_writing_of_other_scripts_keeps_the_table_within_its_width(tmp_path: Path) -> None:
    said = {"messages": [{"role": "用户用户用户用户用户", "content": "مرحبا"}, {"role": "مساعد", "content": "你好"}]}
    done = program("check", write(tmp_path / "数据.jsonl", [*ROWS, said]), home=tmp_path / "home")
    assert "'用户用户用户用户用户' is not a role" in done.out
    assert max(map(cell_len, done.out.splitlines()[:3])) <= 140


def run_in_shell(command: str, home: Path, **more: str) -> subprocess.CompletedProcess[str]:
    line = f"set -o pipefail; {shlex.quote(sys.executable)} -m ftwidgets {command}"
    with_more = environment(home) | more
    return subprocess.run(["bash", "-c", line], env=with_more, capture_output=True, text=True, check=False)


@pytest.mark.slow
@pytest.mark.parametrize("options", ["", "--json"])
def test_who_reads_only_the_first_line_sees_no_traceback(tmp_path: Path, options: str) -> None:
    path = write(tmp_path / "rows.jsonl", [{f"key {n}": n} for n in range(3000)])
    done = run_in_shell(f"check {shlex.quote(str(path))} {options} | head -1", tmp_path / "home")
    assert done.stdout.count("\n") == 1 and done.stderr == ""


@pytest.mark.slow
@pytest.mark.parametrize("encoding", ["ascii", "utf-8"])
def test_a_terminal_that_lacks_a_character_shows_its_number(tmp_path: Path, encoding: str) -> None:
    path = write(tmp_path / "rows.jsonl", [*ROWS, {"messages": [{"role": "用户", "content": "a"}]}])
    more = {"LC_ALL": "C", "PYTHONIOENCODING": encoding, "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    done = run_in_shell(f"check {shlex.quote(str(path))}", tmp_path / "home", **more)
    assert done.returncode == 1 and done.stderr == ""
    assert ("用户" if encoding == "utf-8" else "\\u7528\\u6237") in done.stdout
    done = run_in_shell("check --explain mojibake", tmp_path / "home", **more)
    assert done.returncode == 0 and done.stderr == ""


def test_what_is_no_file_is_told_in_one_sentence(call: Call, tmp_path: Path) -> None:
    assert "it is a folder" in call("check", tmp_path).sentence
    assert "there is no such file" in call("check", tmp_path / "none.jsonl").sentence
    rows = write(tmp_path / "rows.jsonl", ROWS)
    assert "there is no such file" in call("check", rows, "--validation", tmp_path / "none.jsonl").sentence


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="root may read every file")
def test_a_file_that_may_not_be_read_is_told_in_one_sentence(call: Call, tmp_path: Path) -> None:
    locked = write(tmp_path / "rows.jsonl", ROWS)
    locked.chmod(0)
    assert "cannot be read" in call("check", locked).sentence


def test_an_empty_file_is_an_error_with_its_remedy(call: Call, tmp_path: Path) -> None:
    done = call("check", write(tmp_path / "rows.jsonl", []))
    assert done.status == 1 and "error empty-file" in " ".join(done.out.split())
    assert "0 examples: 1 error." in done.out


def test_warnings_alone_have_status_0(call: Call, tmp_path: Path) -> None:
    blank = {"messages": [{"role": "user", "content": " "}, {"role": "assistant", "content": "b"}]}
    done = call("check", write(tmp_path / "rows.jsonl", [*ROWS, blank]))
    assert done.status == 0
    assert "warning content-blank" in " ".join(done.out.split())


def test_as_json_every_occurrence_is_there_with_the_same_status(call: Call, tmp_path: Path) -> None:
    done = call("check", write(tmp_path / "rows.jsonl", [*ROWS, WRONG, WRONG]), "--json")
    records = json.loads(done.out)
    assert done.status == 1
    assert [list(record)[: len(KEYS)] for record in records] == [KEYS, KEYS]
    assert [(record["rule"], record["line"], record["message_index"]) for record in records] == [
        ("role-unknown", 201, 1),
        ("role-unknown", 202, 1),
    ]


def test_a_sound_file_as_json_is_an_empty_list(call: Call, tmp_path: Path) -> None:
    done = call("check", write(tmp_path / "rows.jsonl", ROWS), "--json")
    assert (done.status, json.loads(done.out)) == (0, [])


def test_what_a_file_holds_is_shown_as_it_is_and_is_not_markup(call: Call, tmp_path: Path) -> None:
    marked = {"messages": [{"role": "[bold red]x[/]", "content": "[/b]"}]}
    done = call("check", write(tmp_path / "rows.jsonl", [*ROWS, marked]))
    assert "'[bold red]x[/]' is not a role" in done.out


def test_what_a_file_holds_cannot_steer_the_terminal(call: Call, tmp_path: Path) -> None:
    done = call(
        "check", write(tmp_path / "rows.jsonl", [*ROWS, {"\x1b[31mred\x1b[2J\n": 1}, ROWS[0] | {"\x1b]0;t\x07": 1}])
    )
    assert "\x1b" not in done.out
    assert "\x07" not in done.out


def test_a_long_file_of_errors_is_still_a_short_table(call: Call, tmp_path: Path) -> None:
    done = call("check", write(tmp_path / "rows.jsonl", [WRONG] * 5000))
    assert len(done.out) < 1000


def test_a_rule_is_explained_with_its_examples(call: Call) -> None:
    done = call("check", "--explain", "role-unknown")
    assert done.status == 0
    assert "The job would fail" in done.out and '"role":"usr"' in done.out


def test_a_rule_is_explained_as_json_too(call: Call) -> None:
    page = json.loads(call("check", "--explain", "role-unknown", "--json").out)
    assert (page["rule"], page["level"], '"role":"usr"' in page["fails"]) == ("role-unknown", "error", True)


def test_an_unknown_rule_is_told_with_those_near_it(call: Call) -> None:
    done = call("check", "--explain", "role-unkown")
    assert done.status == 1
    assert done.sentence.startswith("There is no rule 'role-unkown'. Near it: role-unknown")
    assert "mojibake" not in done.err
    assert "Near it: duplicate" in call("check", "--explain", "Duplicates").sentence
    assert "invisible-in-json, not-json." in call("check", "--explain", "json").sentence


def test_an_unknown_rule_with_none_near_it_is_told_with_all(call: Call) -> None:
    for name in ("zzz", "", "x" * 5000):
        assert "mojibake, " in call("check", "--explain", name).sentence


def test_without_a_file_one_is_asked_for(call: Call) -> None:
    done = call("check")
    assert done.status == 1 and "Name a file" in done.err


def test_the_page_is_written_beside_the_table(call: Call, tmp_path: Path) -> None:
    done = call("check", write(tmp_path / "rows.jsonl", [*ROWS, WRONG]), "--html", tmp_path / "page.html")
    assert done.status == 1
    assert "&#x27;usr&#x27; is not a role" in (tmp_path / "page.html").read_text("utf-8")
    done = call("check", tmp_path / "rows.jsonl", "--html", tmp_path / "none" / "page.html")
    assert "Name a file in a folder that is there" in done.err


def test_personal_data_are_masked_in_the_page(call: Call, tmp_path: Path) -> None:
    private = [
        "4111 1111 1111 1111",
        "GB82 WEST 1234 5698 7654 32",
        "mara.lind@fern.fable",
        "sk-proj-Ab3dEf6hIj9kLm2nOp5q",
    ]
    asked = {"messages": [{"role": "user", "content": text} for text in private]}
    asked["messages"].append({"role": "assistant", "content": "Never write that into a chat."})
    path = write(tmp_path / "rows.jsonl", [*ROWS, asked])
    call("check", path, "--html", tmp_path / "page.html")
    page = (tmp_path / "page.html").read_text("utf-8")
    assert "warning: card-number (1)" in page and "[card]" in page
    assert not [text for text in private if text[:4] in page]


def test_a_quote_that_is_cut_is_not_in_the_page(call: Call, tmp_path: Path) -> None:
    key = "a role that is much too long to be quoted whole, and then mara.lind@fern.fable"
    row = {"messages": [{"role": key, "content": "a"}, {"role": "assistant", "content": "b"}]}
    call("check", write(tmp_path / "rows.jsonl", [row]), "--html", tmp_path / "page.html")
    page = (tmp_path / "page.html").read_text("utf-8")
    assert "error: role-unknown (1)" in page and "mara" not in page and "[e-mail]" in page


def test_the_page_is_never_written_over_the_data(call: Call, tmp_path: Path) -> None:
    path = write(tmp_path / "rows.jsonl", ROWS)
    before = path.read_bytes()
    done = call("check", path, "--html", path)
    assert done.status == 1 and "is there already and is no page" in done.err
    assert path.read_bytes() == before
