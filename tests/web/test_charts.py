"""Charts as shapes: lengths follow the numbers, nothing leaves the drawing, nothing is told by a colour alone."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from api.web.charts import WIDTH, Drawing, Look, bars, boxes, columns, heat, round_up, shade_of
from api.web.views.kpis import OUTCOMES

LOOKS = (Look("Go", "good"), Look("Hold", "warn", "dots"))
COUNTS = st.lists(st.tuples(st.integers(0, 5_000), st.integers(0, 5_000)), min_size=1, max_size=15)


def names(values: Sequence[object]) -> list[str]:
    return [f"Name {number}" for number in range(len(values))]


def is_within(drawing: Drawing) -> bool:
    marks = all(
        mark.x >= 0 and mark.y >= 0 and mark.x + mark.width <= WIDTH + 1 and mark.y + mark.height <= drawing.height + 1
        for mark in drawing.marks
    )
    return marks and all(0 <= label.x <= WIDTH and 0 <= label.y <= drawing.height for label in drawing.labels)


@given(COUNTS)
def test_nothing_leaves_the_drawing(stacks: list[tuple[int, int]]) -> None:
    assert is_within(columns(names(stacks), stacks, LOOKS, str))
    assert is_within(bars(names(stacks), stacks, LOOKS, str))
    assert is_within(boxes(names(stacks), [(low, low + more / 2, low + more) for low, more in stacks], str))
    assert is_within(heat(names(stacks), ["light", "major"], stacks, str))


@given(COUNTS)
def test_what_is_twice_as_much_is_twice_as_long(stacks: list[tuple[int, int]]) -> None:
    drawn = columns(names(stacks), stacks, LOOKS, str)
    heights = iter(mark.height for mark in drawn.marks)
    shares = [(next(heights), value) for stack in stacks for value in stack if value]
    for height, value in shares:
        longest, most = max(shares, key=lambda share: share[1])
        assert abs(height * most - longest * value) <= 0.1 * (most + value)


def test_every_column_says_its_sum_and_its_name() -> None:
    drawn = columns(["March", "April"], [(2, 1), (0, 0)], LOOKS, str)
    assert [label.text for label in drawn.labels] == ["3", "March", "April"]
    assert [(mark.tone, mark.pattern) for mark in drawn.marks] == [("good", ""), ("warn", "dots")]


def test_outcomes_are_told_apart_without_any_colour() -> None:
    patterns = [pattern for _, _, pattern in OUTCOMES]
    assert len(set(patterns)) == len(patterns)


def test_only_nothing_is_left_white_and_the_most_is_deepest() -> None:
    assert [shade_of(number, 40) for number in (0, 1, 10, 11, 40)] == [0, 1, 1, 2, 4]
    assert shade_of(0, 0) == 0


def test_axes_end_at_round_numbers() -> None:
    assert [round_up(value) for value in (0, 1, 3, 7, 12, 41, 100, 101)] == [1, 1, 5, 10, 20, 50, 100, 200]
