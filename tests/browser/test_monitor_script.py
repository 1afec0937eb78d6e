"""The Monitor's script alone, in a real browser."""

from __future__ import annotations

import random
from typing import Any

import pytest

from tests.browser.stage import Stage

pytestmark = pytest.mark.slow

LOST = "The kernel has restarted or ended: run this cell again. What the service does goes on without it."
ATTACK = "<img src=x onerror=\"document.title='taken'\"><script>document.title = 'taken'</script>"
COLOURS = {"light": ("rgb(255, 255, 255)", "rgb(0, 114, 178)"), "dark": ("rgb(17, 20, 24)", "rgb(86, 180, 233)")}

HEAD = {
    "title": "parcels",
    "about": "smollm2-135m-instruct",
    "system": "Answer in one word.",
    "label": "running",
    "kind": "run",
    "progress": "step 60 of 150 · epoch 2 of 3 · 24 s left",
    "note": "",
    "note_kind": "",
    "step": 60,
    "total": 150,
    "epochs": [50, 100, 150],
    "checkpoints": [{"step": 50, "best": False}],
    "can_cancel": True,
    "code": 'run = ft.attach(client, "ftjob-1")\nft.Monitor(run)',
    "prompts": ["Where is my parcel?"],
}
COLUMNS = [
    {"place": 0, "title": "base", "model": "smollm2-135m-instruct", "answers": ["I am a parcel."]},
    {"place": 1, "title": "step 50", "model": "ft:1", "answers": [None]},
]
STATES: dict[str, dict[str, Any]] = {
    "waiting": HEAD
    | {"label": "waiting", "kind": "", "progress": "2 jobs before it", "step": 0, "total": None, "epochs": []}
    | {"checkpoints": []},
    "running": HEAD,
    "done": HEAD
    | {"label": "succeeded", "kind": "good", "progress": "150 steps · 3 epochs · done in 1 min 2 s", "step": 150}
    | {"can_cancel": False, "checkpoints": [{"step": n, "best": n == 50} for n in (50, 100, 150)]},
    "failed": HEAD
    | {"label": "failed", "kind": "bad", "note": "The loss is not a number.", "note_kind": "bad", "can_cancel": False},
    "away": HEAD
    | {"label": "not reached", "kind": "warn", "note": "The service does not answer.", "note_kind": "warn"}
    | {"can_cancel": False},
}


def curves(steps: int, first: int = 1) -> list[list[Any]]:
    """What a run of so many steps says, in the order in which it says it; validation every tenth step."""
    points: list[list[Any]] = []
    for step in range(first, steps + 1):
        points += [["train_loss", step, round(3 / step**0.5, 5)], ["train_accuracy", step, round(step / (step + 9), 5)]]
        if step % 10 == 0:
            points += [["valid_loss", step, round(3.3 / step**0.5, 5)], ["valid_accuracy", step, 0.5]]
    return points


def story(
    points: list[list[Any]], head: dict[str, Any] | None = None, *, first: int = 0, **more: Any
) -> dict[str, Any]:
    return {"kind": "story", "from": first, "points": points, "head": HEAD if head is None else head, **more}


@pytest.fixture
def monitor(stage):
    """A function that opens a Monitor on a snapshot: where none is given, of 60 steps of 150."""

    def opened(snapshot: dict[str, Any] | None = None, **options: Any) -> Stage:
        chosen = snapshot or story(curves(60), columns=COLUMNS)
        return stage("monitor.js", {"story": chosen, "smoothing": 0.8}, **options)

    return opened


def drawing(one: Stage, place: int = 0) -> str:
    """Everything that a view shows, its charts' paths included; not what it says now and then to a screen reader."""
    shown: str = one.page.locator(".ftw").nth(place).inner_html()
    return shown.split('<div class="ftw-said"', maxsplit=1)[0]


def value_text(one: Stage) -> str:
    return one.page.get_by_role("slider").get_attribute("aria-valuetext") or ""


# What it draws


def test_points_in_any_order_doubled_and_in_many_messages_are_the_same_drawing(monitor) -> None:
    points = curves(60)
    mixed = random.Random(7).sample(points, len(points))
    twice = [*points, *random.Random(8).sample(points, 30)]
    drawings = set()
    for told in (points, mixed, twice):
        drawings.add(drawing(monitor(story(told, columns=COLUMNS))))
        live = monitor(story([], columns=COLUMNS))
        for first in range(0, len(told), 20):
            again = max(0, first - 5)
            live.receive(*(story(told[start : first + 20], first=start) for start in (first, again)))
        assert live.sent == []
        drawings.add(drawing(live))
    assert len(drawings) == 1


def test_a_view_that_lacks_points_asks_for_them_once_and_then_draws_the_whole(monitor) -> None:
    points = curves(60)
    one = monitor(story(points[:10], columns=COLUMNS))
    before = drawing(one)
    one.receive(story(points[20:24], first=20), story(points[24:30], first=24))
    assert one.sent == [{"kind": "from", "known": 10}]
    assert drawing(one) == before
    one.receive(story(points[10:], first=10))
    assert drawing(one) == drawing(monitor(story(points, columns=COLUMNS)))


def test_two_views_of_one_model_show_the_same(monitor) -> None:
    one = monitor()
    one.show()
    one.receive(story(curves(70, 61), HEAD | {"progress": "step 70 of 150", "step": 70}, first=132))
    assert one.page.locator(".ftw").count() == 2
    assert drawing(one, 0) == drawing(one, 1)
    assert "step 70 of 150" in drawing(one)


def test_a_status_that_is_not_known_is_shown_as_it_is(monitor) -> None:
    one = monitor()
    one.receive(story([], HEAD | {"label": "under review by the host", "kind": ""}, first=132))
    assert one.page.locator(".ftw-pill").inner_text() == "under review by the host"


def test_the_header_follows_what_the_kernel_says(monitor) -> None:
    one = monitor()
    assert one.page.locator("header").inner_text().split("\n") == [
        "running",
        "parcels",
        "smollm2-135m-instruct",
        "step 60 of 150 · epoch 2 of 3 · 24 s left",
    ]
    assert one.page.get_by_role("progressbar").get_attribute("aria-valuenow") == "40"
    one.receive(story(curves(150, 61), STATES["done"], first=132))
    assert one.page.locator("header").inner_text().split("\n")[::3] == [
        "succeeded",
        "150 steps · 3 epochs · done in 1 min 2 s",
    ]
    assert one.page.get_by_role("progressbar").get_attribute("aria-valuenow") == "100"
    assert one.page.get_by_role("button", name="Cancel").count() == 0
    assert one.page.locator(".ftw-mark").all_text_contents() == ["ckpt 50 · best", "ckpt 100", "ckpt 150"]
    assert "training loss 0.24" in one.page.locator(".ftw-key").first.inner_text()


def test_a_sentence_that_the_kernel_has_is_shown_and_goes_again(monitor) -> None:
    one = monitor(story(curves(60), STATES["away"]))
    assert one.page.get_by_text("The service does not answer.").is_visible()
    one.receive(story([], HEAD, first=132))
    assert one.page.locator(".ftw-note").is_hidden()


def test_without_validation_its_keys_and_columns_are_not_there(monitor) -> None:
    points = [point for point in curves(60) if not point[0].startswith("valid")]
    one = monitor(story(points))
    assert "validation" not in one.page.locator(".ftw-chart").inner_text()
    one.page.get_by_role("button", name="Table").click()
    assert one.page.locator("table").last.locator("th").all_inner_texts() == ["step", "training loss", "token accuracy"]


def test_before_the_first_step_the_values_are_dashes(monitor) -> None:
    one = monitor(story([], STATES["waiting"]))
    assert one.page.locator(".ftw-key").all_inner_texts() == ["training loss –", "token accuracy –"]
    assert value_text(one) == "no step yet"
    one.page.get_by_role("slider").press("ArrowLeft")
    one.settle()
    assert value_text(one) == "no step yet"


def test_the_smoothing_that_is_set_in_python_redraws_the_line(monitor) -> None:
    one = monitor()
    line, raw = (one.page.locator(f"svg[height] path.{name}").first for name in ("ftw-training", "ftw-raw"))
    assert line.get_attribute("d") != raw.get_attribute("d")
    one.set("smoothing", 0)
    assert line.get_attribute("d") == raw.get_attribute("d")


@pytest.mark.parametrize("steps", [10_000, 100_000])
def test_very_many_points_are_drawn_with_few_and_in_place(monitor, steps: int) -> None:
    head = {"total": 2 * steps, "step": steps, "epochs": [steps, 2 * steps], "checkpoints": []}
    points = curves(steps)
    one = monitor(story(points, HEAD | head))
    one.page.evaluate("window.elements = [...document.querySelectorAll('.ftw, .ftw *')]")
    before = drawing(one)
    one.receive(story(curves(steps + 500, steps + 1), HEAD | head | {"progress": "further"}, first=len(points)))
    assert drawing(one) != before
    assert one.page.evaluate(
        "(() => { const now = [...document.querySelectorAll('.ftw, .ftw *')];"
        " return now.length === elements.length && now.every((element, n) => element === elements[n]); })()"
    )
    # four points of at most 14 signs for each of 1000 pixels
    lengths = one.page.evaluate(
        "[...document.querySelectorAll('.ftw path')].map((path) => path.getAttribute('d').length)"
    )
    assert max(lengths) < 56_000
    assert one.sent == []


# Reading it


def test_the_arrow_keys_read_the_values_step_by_step(monitor) -> None:
    one = monitor()
    slider = one.page.get_by_role("slider")
    assert value_text(one) == "at step 60: training 0.39 · validation 0.43 · accuracy 0.87"
    heard = []
    for key in ("ArrowLeft", "Shift+ArrowLeft", "PageUp", "ArrowRight", "ArrowRight", "Home", "ArrowLeft", "End"):
        slider.press(key)
        one.settle()
        heard.append(int(slider.get_attribute("aria-valuenow") or -1))
    assert heard == [59, 49, 59, 60, 60, 1, 0, 60]
    slider.press("Home")
    one.settle()
    assert value_text(one) == "at step 1: training 3.00 · accuracy 0.10"
    assert one.page.get_by_text("at step 1: training 3.00", exact=True).is_visible()
    assert one.page.get_by_text("at step 1: accuracy 0.10", exact=True).is_visible()
    slider.press("Escape")
    one.settle()
    assert one.page.locator(".ftw-cursor").first.get_attribute("d") == ""
    assert (slider.get_attribute("aria-valuenow"), slider.get_attribute("aria-valuemax")) == ("60", "60")


def test_a_validation_value_of_another_step_says_of_which(monitor) -> None:
    one = monitor()
    one.page.get_by_role("slider").press("ArrowLeft")
    one.settle()
    assert value_text(one) == "at step 59: training 0.39 · validation 0.47 (step 50) · accuracy 0.87"


def test_keys_that_move_the_cursor_do_not_reach_the_notebook_and_others_do(monitor) -> None:
    one = monitor()
    one.page.evaluate("window.reached = []; document.addEventListener('keydown', (event) => reached.push(event.key))")
    for key in ("ArrowLeft", "Home", "Escape", "b"):
        one.page.get_by_role("slider").press(key)
    assert one.page.evaluate("reached") == ["b"]


def test_the_pointer_reads_the_values_beside_the_key(monitor) -> None:
    one = monitor()
    one.page.locator(".ftw-chart").hover(position={"x": 300, "y": 100})
    one.settle()
    at = one.page.locator(".ftw-key .ftw-right").first
    assert at.inner_text().startswith("at step 4")
    one.page.mouse.move(0, 0)
    one.settle()
    assert at.inner_text() == ""


def test_the_table_and_the_code_open_and_close_by_keyboard(monitor) -> None:
    one = monitor()
    for name, part in (
        ("Table", one.page.get_by_role("group", name="all values")),
        ("Show code", one.page.locator("pre")),
    ):
        button = one.page.get_by_role("button", name=name)
        assert (button.get_attribute("aria-expanded"), part.is_visible()) == ("false", False)
        button.press("Enter")
        assert (button.get_attribute("aria-expanded"), part.is_visible()) == ("true", True)
        button.press("Space")
        assert (button.get_attribute("aria-expanded"), part.is_visible()) == ("false", False)
    one.page.get_by_role("button", name="Show code").click()
    assert one.page.locator("pre").inner_text() == HEAD["code"]


def test_the_open_table_grows_with_the_run_and_names_what_it_leaves_out(monitor) -> None:
    one = monitor()
    one.page.get_by_role("button", name="Table").click()
    rows = one.page.get_by_role("group", name="all values").locator("tbody tr")
    assert rows.count() == 60
    assert rows.last.locator("td").all_inner_texts() == ["60", "0.39", "0.43", "0.87", "0.50"]
    one.receive(story(curves(700, 61), first=132))
    assert rows.count() == 500
    assert one.page.get_by_text("the last 500 of 700 steps; run.curves.rows() has all").is_visible()


def test_the_table_and_the_prompts_are_left_alone_where_nothing_of_them_changes(monitor) -> None:
    one = monitor()
    one.page.evaluate("window.probes = document.querySelector('.ftw-probes')")
    one.receive(story(curves(61, 61), first=132))
    assert one.page.evaluate("probes === document.querySelector('.ftw-probes')")


def test_an_answer_without_text_is_told_from_one_that_is_still_to_come(monitor) -> None:
    columns = [COLUMNS[0] | {"answers": [""]}, COLUMNS[1]]
    assert monitor(story([], columns=columns)).page.locator(".ftw-probes td").all_inner_texts() == ["no text", "…"]


def test_where_there_is_no_room_labels_and_rings_are_left_out(monitor) -> None:
    head = {"total": 10_000, "epochs": list(range(200, 10_001, 200)), "checkpoints": [{"step": 20, "best": False}]}
    one = monitor(story(curves(60), HEAD | head))
    boxes = one.page.locator("svg[height='208'] text").evaluate_all(
        "(all) => all.map((one) => one.getBoundingClientRect())"
        ".map(({ left, right, top, bottom }) => [left, right, top, bottom])"
    )
    assert len(boxes) > 15
    assert "10000" in one.page.locator("svg[height='208']").inner_html()  # the last is kept
    for n, (left, right, top, bottom) in enumerate(boxes):
        for other in boxes[n + 1 :]:
            assert right <= other[0] or left >= other[1] or bottom <= other[2] or top >= other[3]
    assert one.page.locator("path.ftw-ring").first.get_attribute("d") == ""
    assert monitor().page.locator("path.ftw-ring").first.get_attribute("d") != ""


# Doing


def test_cancel_asks_first_and_can_be_taken_back(monitor) -> None:
    one = monitor()
    cancel, keep = one.page.locator("footer button").nth(0), one.page.get_by_role("button", name="Let it go on")
    assert keep.count() == 0
    cancel.press("Enter")
    assert cancel.inner_text() == "Cancel it for good; its checkpoints stay"
    keep.click()
    assert (cancel.inner_text(), keep.count(), one.sent) == ("Cancel the job", 0, [])
    cancel.click()
    assert one.sent == []
    cancel.click()
    assert one.sent == [{"kind": "cancel"}]
    assert cancel.inner_text() == "Cancel the job"


def test_a_job_that_ends_before_the_second_press_is_not_asked_about_again(monitor) -> None:
    one = monitor()
    one.page.get_by_role("button", name="Cancel").click()
    one.receive(story([], STATES["done"], first=132))
    one.receive(story([], HEAD, first=132))
    assert one.page.locator("footer button").nth(0).inner_text() == "Cancel the job"


# What might go wrong


def test_whatever_a_model_answers_stays_text(monitor) -> None:
    columns = [COLUMNS[0] | {"answers": [ATTACK], "title": ATTACK, "model": ATTACK}]
    head = dict.fromkeys(("title", "about", "system", "label", "progress", "note", "code"), ATTACK)
    one = monitor(story(curves(60), HEAD | head | {"prompts": [ATTACK]}, columns=columns))
    one.page.get_by_role("button", name="Show code").click()
    one.receive(story(curves(61, 61), first=132, columns=[columns[0] | {"place": 1}]))
    assert one.page.locator(".ftw :is(img, script)").count() == 0
    assert one.page.get_by_role("cell", name=ATTACK).all_inner_texts() == [ATTACK, ATTACK]
    assert one.page.title() == "untouched"


def test_when_the_kernel_is_lost_it_says_so_and_what_to_do(monitor) -> None:
    one = monitor()
    one.lose_the_kernel()
    one.page.get_by_text(LOST).wait_for()
    assert one.page.locator(".ftw-pill").inner_text() == "not connected"
    assert one.page.get_by_role("button", name="Cancel").count() == 0
    one.show()
    assert one.page.get_by_text(LOST).count() == 2


def test_a_saved_view_without_a_kernel_says_so_at_once(monitor, stage) -> None:
    state = {"story": story(curves(60), STATES["done"], columns=COLUMNS), "smoothing": 0.8}
    one = stage("monitor.js", state | {"layout": {"comm_live": False}})
    assert one.page.get_by_text(LOST).is_visible()
    assert one.page.locator("path.ftw-raw").first.get_attribute("d")
    assert one.page.get_by_text("I am a parcel.").is_visible()


def test_a_view_that_is_taken_away_leaves_no_listener(monitor) -> None:
    one = monitor()
    with_one = one.listeners
    one.show()
    assert one.listeners > with_one
    one.hide(1)
    assert one.listeners == with_one
    one.hide(0)
    alone = one.listeners
    one.receive(story(curves(70, 61), first=132))
    one.lose_the_kernel()
    one.settle()
    assert one.page.locator(".ftw").count() == 0
    one.show()
    assert value_text(one).startswith("at step 70")
    one.hide(2)
    assert one.listeners == alone


def test_what_a_notebook_saves_is_what_was_last_shown(monitor) -> None:
    one = monitor(story(curves(10), HEAD | {"note": "Not yet."}))
    one.receive(story(curves(60)[22:], first=22), story([], first=132, columns=COLUMNS))
    assert drawing(monitor(one.page.evaluate("model.get('story')"))) == drawing(one)
    assert one.sent == []


# How it looks


@pytest.mark.parametrize(("scheme", "other"), [("light", "dark"), ("dark", "light")])
def test_the_theme_of_the_system_is_taken_and_followed_and_that_of_jupyterlab_before_it(
    monitor, scheme: str, other: str
) -> None:
    one = monitor(scheme=scheme)
    assert colours(one) == COLOURS[scheme]
    one.page.emulate_media(color_scheme=other)
    assert colours(one) == COLOURS[other]
    for theme in (scheme, other, scheme):
        one.page.evaluate("(light) => { document.body.dataset.jpThemeLight = light; }", str(theme == "light").lower())
        assert colours(one) == COLOURS[theme]
    one.page.evaluate("delete document.body.dataset.jpThemeLight")
    assert colours(one) == COLOURS[other]


def colours(one: Stage) -> tuple[str, str]:
    """The ground, and the line of the training loss."""
    ground: str = one.page.locator(".ftw").evaluate("(root) => getComputedStyle(root).backgroundColor")
    line: str = one.page.locator("path.ftw-training").last.evaluate("(line) => getComputedStyle(line).stroke")
    return ground, line


def test_where_less_motion_is_wanted_nothing_moves(monitor) -> None:
    one = monitor()
    one.page.emulate_media(reduced_motion="reduce")
    one.receive(story(curves(150, 61), STATES["done"], first=132))
    assert one.page.evaluate("document.getAnimations().length") == 0
    moving = one.page.evaluate(
        "[...document.querySelectorAll('.ftw, .ftw *')].map((one) => getComputedStyle(one))"
        ".filter((style) => parseFloat(style.transitionDuration) || parseFloat(style.animationDuration)).length"
    )
    assert moving == 0


def open_all(one: Stage, *, cancelling: bool) -> None:
    """Show everything that a Monitor can show at once."""
    one.page.get_by_role("button", name="Table").click()
    one.page.get_by_role("button", name="Show code").click()
    if cancelling:
        one.page.get_by_role("button", name="Cancel").click()
    one.page.get_by_role("slider").press("Home")
    one.settle()


@pytest.mark.parametrize("state", STATES)
def test_on_a_narrow_page_nothing_stands_out(monitor, state: str) -> None:
    head = STATES[state] | {
        "title": "a-name-that-someone-gave-without-any-space-in-it-at-all",
        "prompts": ["word" * 40],
    }
    one = monitor(story(curves(head["step"]), head, columns=COLUMNS), width=480)
    open_all(one, cancelling=state == "running")
    assert one.page.evaluate("document.documentElement.scrollWidth") <= 480
    beyond = one.page.evaluate(
        "[...document.querySelectorAll('.ftw *')].filter((one) => !one.closest('.ftw-scroll > *'))"
        ".map((one) => [one.outerHTML, one.getBoundingClientRect()])"
        ".filter(([_, box]) => box.width > 1 && box.right > 481).map(([html]) => html)"
    )
    assert beyond == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("state", [*STATES, "lost"])
def test_axe_finds_nothing_wrong(monitor, axe, state: str, scheme: str) -> None:
    head = STATES.get(state, HEAD)
    one = monitor(story(curves(head["step"]), head, columns=COLUMNS), scheme=scheme)
    if state == "lost":
        one.lose_the_kernel()
        one.page.get_by_text(LOST).wait_for()
    assert axe(one.page) == []
    open_all(one, cancelling=state == "running")
    assert axe(one.page) == []
