"""What a trial of a draft came to, however much that is: the beginning of each finding, and each finding in pages."""

from api.web.views.what_ifs import BEGINNING, PAGE, Met, WouldBe, parts_of


def finding(many: int) -> WouldBe:
    return WouldBe("Would be shut", "bad", tuple(Met(f"P-{number}", f"/projects/P-{number}") for number in range(many)))


def test_of_each_finding_the_beginning_is_shown() -> None:
    few, many = parts_of([finding(3), finding(BEGINNING + 1)], 0, 1)
    assert (len(few.shown), few.onward) == (3, False)
    assert (many.number, len(many.shown), many.onward) == (2, BEGINNING, True)


def test_the_pages_of_a_finding_have_all_of_it_once() -> None:
    whole = finding(2 * PAGE + 7)
    pages = [parts_of([finding(1), whole], 2, page)[0] for page in (1, 2, 3)]
    assert sum((page.shown for page in pages), ()) == whole.met
    assert [page.onward for page in pages] == [True, True, False]


def test_a_finding_or_page_that_there_is_not_shows_nothing() -> None:
    assert parts_of([finding(1)], 7, 1) == ()
    assert parts_of([finding(1)], 1, 99)[0].shown == ()
