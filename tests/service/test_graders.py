from __future__ import annotations

import openai
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openai.types.fine_tuning.alpha import GraderRunResponse, GraderValidateResponse


def check(operation, **fields):
    texts = {"input": "{{sample.output_text}}", "reference": "{{item.answer}}"}
    return {"type": "string_check", "name": "check", "operation": operation} | texts | fields


def alike(metric, **fields):
    texts = {"input": "{{ sample.output_text }}", "reference": "{{ item.answer }}"}
    return {"type": "text_similarity", "name": "alike", "evaluation_metric": metric} | texts | fields


def multi(formula, **graders):
    return {"type": "multi", "name": "both", "graders": graders, "calculate_output": formula}


def run(service, grader, sample="Paris", answer="paris"):
    graders = service.client.fine_tuning.alpha.graders
    return graders.run(grader=grader, model_sample=sample, item={"answer": answer, "deep": {"list": [1, "two"]}})


@pytest.mark.parametrize(
    ("operation", "sample", "answer", "reward"),
    [
        ("eq", "Paris", "Paris", 1),
        ("eq", "Paris", "paris", 0),
        ("ne", "Paris", "paris", 1),
        ("like", "It is Paris.", "Paris", 1),
        ("like", "It is Paris.", "paris", 0),
        ("ilike", "It is Paris.", "PARIS", 1),
    ],
)
def test_a_text_is_checked(service, operation, sample, answer, reward):
    assert run(service, check(operation), sample, answer).reward == reward


def test_a_reply_has_every_field_of_openais(service):
    body = {"grader": multi("a", a=check("eq")), "model_sample": "x", "item": {"answer": "x"}}
    raw = service.post("fine_tuning/alpha/graders/run", body).json()
    GraderRunResponse.model_validate(raw, strict=True)
    assert (raw["reward"], raw["sub_rewards"], raw["metadata"]["scores"]) == (1.0, {"a": 1.0}, {"a": 1.0})
    assert not any(raw["metadata"]["errors"].values())
    assert (raw["metadata"]["name"], raw["metadata"]["type"]) == ("both", "multi")


def test_graders_are_combined_by_a_formula(service):
    grader = multi("0.25 * case + max(words, 0) / 2", case=check("eq"), words=alike("rouge_1"))
    assert run(service, grader).reward == 0.5
    assert run(service, grader, "paris").sub_rewards == {"case": 1.0, "words": 1.0}
    assert run(service, grader, "paris").reward == 0.75


def test_variables_reach_into_the_item_and_into_json_that_was_said(service):
    grader = check("eq", input="{{sample.output_json.city.0}}: {{item.deep.list.1}}", reference="Paris: two")
    assert run(service, grader, '{"city": ["Paris"]}').reward == 1
    whole = check("eq", input="{{item.deep}}", reference='{"list":[1,"two"]}')
    assert run(service, whole).reward == 1


@pytest.mark.parametrize(
    ("grader", "error"),
    [
        (check("eq", input="{{sample.output_json.city}}"), "sample_parse_error"),
        (check("eq", input="{{item.nothing}}"), "invalid_variable_error"),
        (multi("1 / (a - 1)", a=check("ilike")), "formula_parse_error"),
    ],
)
def test_what_cannot_be_graded_gets_nothing_and_the_reason(service, grader, error):
    reply = run(service, grader)
    told = reply.metadata.errors.model_dump(by_alias=True)
    assert (reply.reward, [name for name, value in told.items() if value]) == (0, [error])


def test_a_sound_grader_is_shown_again(service):
    for grader in (check("eq"), alike("bleu"), multi("check", **check("eq"))):
        graders = {"graders": check("eq")} if grader["type"] == "multi" else {}
        raw = service.post("fine_tuning/alpha/graders/validate", {"grader": grader | graders}).json()
        GraderValidateResponse.model_validate(raw, strict=True)
        assert raw == {"grader": grader | graders}
    named = multi("a + b", a=check("eq"), b=alike("gleu"))
    assert service.post("fine_tuning/alpha/graders/validate", {"grader": named}).json() == {"grader": named}


@pytest.mark.parametrize(
    ("grader", "words"),
    [
        ({"type": "python", "name": "x", "source": "def grade(): ..."}, "run anyone's program"),
        ({"type": "score_model", "name": "x"}, "a model that can judge"),
        ({"type": "label_model", "name": "x"}, "a model that can judge"),
        ({"type": "guess"}, "'guess'; use string_check"),
        ({}, "None"),
        (alike("cosine"), "a model of meanings"),
        (alike("meteor"), "a dictionary"),
        (alike("rouge_9"), "rouge_9"),
        (check("equals"), "equals"),
        (check(["eq"]), "operation"),
        (check("eq", name=None), "'name'"),
        (check("eq", threshold=1), "threshold"),
        (check("eq", input="{{output}}"), "output"),
        (multi("a"), "0 graders"),
        (multi("b", a=check("eq")), "'b'"),
        (multi("a +", a=check("eq")), "formula"),
        (multi("a.b", a=check("eq")), "formula"),
        (multi("a", a=multi("b", b=check("eq"))), "within"),
        (multi("a", a="check"), "object"),
    ],
    ids=str,
)
def test_what_cannot_grade_here_is_refused_with_the_reason(service, grader, words):
    for path in ("validate", "run"):
        reply = service.post(f"fine_tuning/alpha/graders/{path}", {"grader": grader, "model_sample": "x"})
        assert (reply.status_code, words in reply.json()["error"]["message"]) == (400, True), reply.text


def test_a_text_may_not_be_too_long(service):
    with pytest.raises(openai.BadRequestError, match="20000"):
        run(service, alike("rouge_l"), "x" * 20_001)


VALUES = st.none() | st.text(max_size=8) | st.integers(-3, 3) | st.lists(st.text(max_size=3), max_size=2)


@settings(max_examples=60)
@given(st.dictionaries(st.sampled_from([*check("eq"), *alike(""), *multi("")]), VALUES), st.text(), VALUES)
def test_anything_is_graded_or_refused(service, changes, sample, item):
    for grader in (check("eq"), alike("gleu"), multi("a", a=check("eq"))):
        body = {"grader": grader | changes, "model_sample": sample, "item": item}
        assert service.post("fine_tuning/alpha/graders/run", body).status_code in (200, 400)


def test_a_template_of_brackets_and_spaces_is_refused_at_once(service):
    """A pattern that tried every way to part the spaces would keep all others waiting for minutes."""
    grader = {"type": "string_check", "name": "g", "input": "{{" + " " * 10_000, "reference": "a", "operation": "eq"}
    assert service.post("fine_tuning/alpha/graders/validate", {"grader": grader}).status_code == 200
    long = service.post("fine_tuning/alpha/graders/validate", {"grader": grader | {"input": "{{" + " " * 1_000_000}})
    assert long.status_code == 400
    assert "1000002 letters in 'input'" in long.json()["error"]["message"]
