"""`ftwidgets check`: the findings as a table and as JSON."""

from __future__ import annotations

import json
from pathlib import Path

from ftwidgets.lessons import data_set
from tests.cli.conftest import Call, program, write

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
    assert "201, 202, 203, 204, 205, 206, 207, 208 and 3 more" in shown
    assert done.out.splitlines()[-3].startswith("212 examples: 12 errors, ")
    assert "Can be mended: " in done.out and "role-unknown" in done.out.splitlines()[-2]
    assert done.err == ""


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


def test_an_unknown_rule_is_told_with_those_near_it(call: Call) -> None:
    done = call("check", "--explain", "role-unkown")
    assert done.status == 1
    assert "Near it: role-unknown" in done.err


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
