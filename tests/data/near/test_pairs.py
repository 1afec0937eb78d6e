"""Near-duplicates against brute force: what is found, what is compared, and what keeps the work bounded."""

from __future__ import annotations

import random
import subprocess
import sys
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftwidgets.data.near import ALIKE, Pairs, crowds, groups, near_between, near_pairs
from ftwidgets.errors import InputError, MissingExtraError

pytest.importorskip("rensa")


def runs(text: str) -> set[tuple[str, ...]]:
    """What is compared, as Python says it."""
    words = text.lower().split()
    return set(zip(words, words[1:], words[2:], strict=False)) if len(words) > 2 else {(word,) for word in words}


def likeness(one: str, other: str) -> float:
    first, second = runs(one), runs(other)
    return len(first & second) / len(first | second) if first and second else 0.0


def alike(texts: list[str], threshold: float = ALIKE) -> dict[tuple[int, int], float]:
    """Every pair that is alike, by brute force."""
    sets = [runs(text) for text in texts]
    found = {}
    for i, j in combinations(range(len(texts)), 2):
        shared = len(sets[i] & sets[j])
        if shared and shared / len(sets[i] | sets[j]) >= threshold:
            found[i, j] = shared / len(sets[i] | sets[j])
    return found


def found_in(texts: list[str], threshold: float = ALIKE) -> Pairs:
    return near_pairs(iter(texts), texts.__getitem__, threshold)


RANDOM = random.Random(3)
WORDS = ["".join(RANDOM.choices("etaoinshrdlu", k=RANDOM.randint(2, 9))) for _ in range(3000)]
WEIGHTS = [1 / (rank + 5) for rank in range(len(WORDS))]


def written(rng: random.Random, count: int) -> str:
    return " ".join(rng.choices(WORDS, WEIGHTS, k=count))


def changed(text: str, rng: random.Random) -> str:
    """One to three words inserted, deleted or changed, or the parts of the text exchanged."""
    words = text.split()
    for _ in range(rng.randint(1, 3)):
        place = rng.randrange(len(words))
        match rng.randrange(4):
            case 0:
                words.insert(place, rng.choice(WORDS))
            case 1 if len(words) > 1:
                del words[place]
            case 2:
                words[place] = rng.choice(WORDS)
            case _:
                words = words[place:] + words[:place]
    return " ".join(words)


def from_template(rng: random.Random) -> str:
    name, order, days = rng.choice(WORDS[:300]), rng.randrange(10**6), rng.randrange(9)
    return (
        f"Hello {name} and thank you for writing to us about your order {order} from our shop. We are glad to say that "
        f"it was sent on day {days} and that it should be with you soon. {written(rng, 3)} Yours, the team"
    )


def test_nearly_all_pairs_that_are_alike_are_found_and_no_other() -> None:
    rng = random.Random(1)
    texts = [written(rng, rng.randint(1, 80)) for _ in range(1200)]
    texts += [changed(rng.choice(texts), rng) for _ in range(500)] + [
        "",
        " ",
        "a",
        "A",
        "a b",
        "ha ha ha",
        "ha ha ha ha",
    ]
    rng.shuffle(texts)
    truth, pairs = alike(texts), found_in(texts)
    assert len(truth) > 150
    assert all(truth[i, j] == similarity for i, j, similarity in pairs)  # each is right, to the last bit
    group = groups(pairs, len(texts))
    assert sum(group[i] != group[j] for i, j in truth) <= len(truth) / 1000
    tied = {(i, j) for i, j, _ in pairs}
    assert all(pair in tied for pair, similarity in truth.items() if 0.85 < similarity < 1)


def test_texts_from_one_template_are_paired_only_where_they_are_alike() -> None:
    rng = random.Random(2)
    texts = [from_template(rng) for _ in range(400)]
    texts += [changed(rng.choice(texts), rng) for _ in range(60)]
    truth, pairs = alike(texts), found_in(texts)
    assert all(truth[i, j] == similarity for i, j, similarity in pairs)
    planted = [(i, j) for i, j in truth if j >= 400]
    group = groups(pairs, len(texts))
    assert len(planted) > 20 and sum(group[i] != group[j] for i, j in planted) <= 1


@pytest.mark.parametrize("room", [0, 10_000])
def test_where_there_is_no_room_to_remember_a_crowd_its_texts_are_read_twice(
    monkeypatch: pytest.MonkeyPatch, room: int
) -> None:
    rng = random.Random(3)
    texts = [from_template(rng) for _ in range(300)]
    texts += [changed(rng.choice(texts), rng) for _ in range(40)]
    remembered, read = found_in(texts), []
    monkeypatch.setattr(crowds, "ROOM", room)
    monkeypatch.setattr(crowds, "BLOCK_SHINGLES", 3_000)

    def text_at(number: int) -> str:
        read.append(number)
        return texts[number]

    assert list(near_pairs(texts, text_at)) == list(remembered) and len(remembered)
    assert len(read) > len(texts) * (1.9 if room == 0 else 1.2)


def test_texts_that_are_all_alike_make_pairs_as_many_as_texts() -> None:
    rng = random.Random(4)
    text = written(rng, 150)
    texts = [f"{text} {number}" for number in range(3000)]
    pairs = found_in(texts)
    assert len(pairs) == 2999 and set(groups(pairs, 3000)) == {0}


def test_equal_texts_are_each_paired_with_the_first_of_them() -> None:
    texts = ["Where is  my parcel", "x", *["where is my\nparcel"] * 20_000]
    pairs = found_in(texts)
    assert set(pairs.first.tolist()) == {0} and pairs.second.tolist() == list(range(2, 20_002))


def test_one_run_of_words_shared_by_all_ties_nothing() -> None:
    rng = random.Random(5)
    assert len(found_in([f"how can I help you {written(rng, 20)}" for _ in range(2000)])) == 0


def test_texts_without_words_are_like_none_and_short_ones_are_compared_by_word() -> None:
    assert list(found_in(["", "", " \n", "yes", "Yes ", "no", "yes please", "please yes"])) == [
        (3, 4, 1.0),
        (6, 7, 1.0),
    ]


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("我的包裹在哪里我已经等了一个星期了请告诉我它什么时候会到达谢谢你们的帮助", "忙"),
        ("荷物はどこですか一週間待っていますがまだ届きません確認をお願いします", "う"),
        ("พัสดุของฉันอยู่ที่ไหนฉันรอมาหนึ่งสัปดาห์แล้วกรุณาตรวจสอบ", "ย"),
    ],
    ids=["Chinese", "Japanese", "Thai"],
)
def test_where_words_are_not_spaced_a_sign_changed_is_a_near_duplicate(text: str, sign: str) -> None:
    ((first, second, similarity),) = found_in([text, "something else", text[:-1] + sign])
    assert (first, second) == (0, 2) and ALIKE <= similarity < 1


def test_what_stands_in_both_lists_is_found_for_each_text_of_the_second() -> None:
    rng = random.Random(6)
    first = [written(rng, 40) for _ in range(500)]
    second = [changed(rng.choice(first), rng) for _ in range(150)] + [written(rng, 40) for _ in range(50)]
    second += [first[3], first[3].upper(), first[400], second[0]]
    pairs = near_between(iter(first), iter(second), first.__getitem__, second.__getitem__)
    assert all(likeness(first[i], second[j]) == similarity >= ALIKE for i, j, similarity in pairs)
    leaked = {j - len(first) for i, j in alike(first + second) if i < len(first) <= j}
    assert set(pairs.second.tolist()) == leaked and len(leaked) > 40


def test_a_crowd_on_one_side_is_no_leak_and_on_both_sides_is_one_for_each_text() -> None:
    rng = random.Random(7)
    text = written(rng, 150)
    crowd = [f"{text} {number}" for number in range(500)]
    other = [written(rng, 60)]
    assert len(near_between(crowd, other, crowd.__getitem__, other.__getitem__)) == 0
    pairs = near_between(crowd, crowd[::-1], crowd.__getitem__, crowd[::-1].__getitem__)
    assert set(pairs.second.tolist()) == set(range(500))


SMALL = st.lists(st.sampled_from(["a", "b", "c", "ab", "ba", "\u3042\u3044", "ÄB", "\ud800"]), max_size=14).map(
    " ".join
)


@given(texts=st.lists(SMALL | st.text(max_size=12), max_size=12), threshold=st.sampled_from([0.3, 0.8, 1.0]))
def test_any_texts_are_compared_and_pairs_are_in_order(texts: list[str], threshold: float) -> None:
    pairs = found_in(texts, threshold)
    assert all(0 <= i < j < len(texts) and threshold <= similarity <= 1 for i, j, similarity in pairs)
    assert list(pairs) == sorted(pairs)
    alone = [list(found_in([texts[i], texts[j]], threshold)) for i, j, _ in pairs]
    assert alone == [[(0, 1, similarity)] for _, _, similarity in pairs]


@given(texts=st.lists(st.lists(st.sampled_from("abc"), max_size=9).map(" ".join), max_size=30))
def test_texts_with_the_same_runs_of_words_are_always_found(texts: list[str]) -> None:
    group = groups(found_in(texts), len(texts))
    assert all(group[i] == group[j] for i, j in alike(texts, 1.0))


@given(edges=st.lists(st.tuples(st.integers(0, 29), st.integers(0, 29)), max_size=40))
def test_groups_are_what_pairs_tie_together(edges: list[tuple[int, int]]) -> None:
    first, second = (np.array([edge[side] for edge in edges], np.int64) for side in (0, 1))
    group = groups(Pairs(first, second, np.ones(len(edges))), 30)
    expected = list(range(30))
    for _ in range(30):
        for i, j in edges:
            expected[i] = expected[j] = min(expected[i], expected[j])
    assert group.tolist() == expected


def test_nothing_has_no_pairs() -> None:
    assert len(found_in([])) == 0 and groups(found_in([]), 0).tolist() == []


def test_a_word_of_a_megabyte_is_a_word() -> None:
    word = "iVBORw0KGgo" * 100_000
    text = "here is the picture that you have asked for in your letter of last week"
    assert len(found_in([f"{text} {word}", f"{text} {word}!", f"{text[:-9]} {word}"])) == 1


@pytest.mark.parametrize("threshold", [0, -1, 1.01, float("nan")])
def test_a_threshold_that_is_no_similarity_is_refused(threshold: float) -> None:
    with pytest.raises(InputError, match="is not a similarity"):
        found_in(["a"], threshold)


def test_without_the_package_one_sentence_says_what_to_install() -> None:
    program = "import sys; sys.modules['rensa'] = None\nfrom ftwidgets.data.near import near_pairs\nnear_pairs([], str)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert f"{MissingExtraError.__name__}: This needs the package 'rensa'" in done.stderr
