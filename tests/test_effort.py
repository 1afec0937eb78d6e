from hypothesis import given
from hypothesis import strategies as st

from ftwidgets.effort import Share, effort

NOTHING = Share(0, 0)


def test_the_words_of_the_first_lesson_take_75_steps() -> None:
    work = effort(Share(200, 8_240), NOTHING, n_epochs=3, batch_size=8)
    assert (work.steps, work.tokens, work.validated, work.total) == (75, 24_720, 0, 24_720)


def test_validation_rows_are_read_whole_at_each_epochs_end_and_in_part_every_ten_steps() -> None:
    work = effort(Share(200, 8_000), Share(100, 4_000), n_epochs=3, batch_size=8)
    assert work.validated == 3 * 4_000 + 7 * 2_000
    assert work.tokens < work.total < work.tokens + work.validated


def test_few_validation_rows_are_read_whole_each_time_and_once_where_an_epoch_ends_at_a_tenth_step() -> None:
    assert effort(Share(80, 800), Share(20, 100), n_epochs=3, batch_size=8).validated == 3 * 100
    assert effort(Share(40, 400), Share(20, 100), n_epochs=4, batch_size=8).validated == 4 * 100
    assert effort(Share(96, 960), Share(20, 100), n_epochs=2, batch_size=8).validated == (2 + 2) * 100


@given(st.integers(1, 500), st.integers(0, 500), st.integers(1, 50), st.integers(1, 256))
def test_more_epochs_are_more_work_and_a_larger_batch_never_more_steps(
    rows: int, watched: int, epochs: int, batch_size: int
) -> None:
    training, validation = Share(rows, 40 * rows), Share(watched, 40 * watched)
    work = effort(training, validation, n_epochs=epochs, batch_size=batch_size)
    assert effort(training, validation, n_epochs=epochs + 1, batch_size=batch_size).total > work.total
    assert effort(training, validation, n_epochs=epochs, batch_size=batch_size + 1).steps <= work.steps
    assert work.steps * batch_size >= rows * epochs
