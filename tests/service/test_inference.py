from __future__ import annotations

import pytest

from ftwidgets.service.child import Child
from ftwidgets.service.wire import WireError

LINE = {"messages": [{"role": "user", "content": "Hello"}], "max_tokens": 3, "sampling": {"temperature": 0}}


def test_an_answer_that_nobody_waits_for_any_more_is_forgotten(service):
    inference, base = service.http.app.state.inference, service.home / "bases" / "random-tiny"
    begun, never_begun = inference.ask(base, LINE), inference.ask(base, LINE | {"max_tokens": 900})
    next(begun)
    begun.close()
    never_begun.close()
    assert list(inference.ask(base, LINE))[-1]["end"] == "length"
    assert inference._speakers[base]._listeners == {}


@pytest.mark.parametrize("stream", [False, True])
def test_of_several_answers_that_cannot_be_given_none_is_waited_for(service, stream):
    inference, base = service.http.app.state.inference, service.home / "bases" / "random-tiny"
    body = {"model": "random-tiny", "n": 3, "stream": stream}
    long = {"messages": [{"role": "user", "content": "x" * 2000}]}
    assert service.post("chat/completions", body | long).status_code == 400
    assert service.post("completions", body | {"prompt": ["x" * 2000, "y"]}).status_code == 400
    assert inference._speakers[base]._listeners == {}


@pytest.mark.slow
def test_a_process_that_died_is_told_and_replaced(service):
    inference, base = service.http.app.state.inference, service.home / "bases" / "random-tiny"
    answer = inference.ask(base, LINE | {"max_tokens": 900})
    next(answer)
    inference._speakers[base]._child._process.kill()
    with pytest.raises(WireError, match="The model's process ended") as caught:
        list(answer)
    assert caught.value.status == 500  # the SDK asks again by itself
    assert list(inference.ask(base, LINE))[-1]["end"] == "length"


def test_a_child_that_has_ended_holds_nothing_open(tmp_path):
    child = Child("ftwidgets.engine.worker", log=tmp_path / "log")
    child.end()
    assert child.exit_status == 0
    assert list(child.lines()) == []
    assert child._process.stdin.closed
    assert child._process.stdout.closed


def test_a_message_to_a_child_that_has_ended_is_no_error(tmp_path):
    child = Child("ftwidgets.engine.worker", log=tmp_path / "log")
    child.end(kill=True)
    child.send(anything=1)
    child.end()
    assert list(child.lines()) == []
    assert child.exit_status != 0
