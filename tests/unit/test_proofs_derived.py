"""Facts that follow from others are proven through what they come down to: tables, names for conditions, sums."""

from lifecycle.gates.proofs.finding import ERROR, INFORMATION, WARNING, Finding
from tests.unit.house import Doc
from tests.unit.test_proofs import found

SIZE: Doc = {
    "type": "choice",
    "of": ["small", "large"],
    "cases": [{"when": "project.cost < 1000.0", "is": "small"}, {"when": "project.cost >= 1000.0", "is": "large"}],
}


def size(*rows: str | None) -> list[Finding]:
    cases: list[Doc] = [{"when": row, "is": "small"} if row else {"is": "large"} for row in rows]
    return found(derived={"size": {**SIZE, "cases": cases}})


def must(condition: str, **derived: Doc) -> list[Finding]:
    return found({"criteria": {"c": {"must": condition}}}, derived={"size": SIZE, **derived})


def test_a_table_that_covers_everybody_once_is_sound() -> None:
    assert not size("project.cost < 1000.0", "project.cost >= 1000.0")
    assert not size("project.cost < 1000.0 && project.ready", None)


def test_a_hole_in_a_table_is_shown_by_a_project_in_it() -> None:
    (hole,) = size("project.cost < 1000.0", "project.cost > 1000.0")
    assert (hole.severity, hole.witness) == (ERROR, "cost = 1,000.00.")


def test_rows_that_overlap_are_shown_by_a_project_in_both() -> None:
    (both,) = size("project.cost <= 1000.0", "project.cost >= 1000.0")
    assert (both.severity, both.path) == (ERROR, ("derived", "size", "cases", 1, "when"))
    assert both.witness == "cost = 1,000.00."


def test_a_row_for_nobody_is_told() -> None:
    (idle,) = size("project.cost < 1.0 && project.cost > 2.0", "project.ready", None)
    assert idle.path == ("derived", "size", "cases", 0, "when")
    (idle,) = size("project.ready", "!project.ready", None)
    assert idle.path == ("derived", "size", "cases", 2)


def test_a_table_that_calculates_is_said_to_be_unproven() -> None:
    (unproven,) = size("project.cost * 2.0 < project.share", "project.cost * 2.0 >= project.share")
    assert unproven.severity == INFORMATION


def test_a_contradiction_is_seen_through_a_derived_fact() -> None:
    (never,) = must("derived.size == 'small' && project.cost > 5000.0")
    assert (never.severity, never.path[-1]) == (ERROR, "must")
    (never,) = must("derived.novel && !project.ready", novel={"type": "boolean", "is": "project.ready"})
    assert never.severity == ERROR
    (always,) = must("derived.size == 'large' || project.cost < 1000.0")
    assert always.severity == WARNING
    assert not must("derived.size == 'small' && project.cost > 500.0")


def test_a_limit_from_a_table_is_compared_at_its_values() -> None:
    limit = {"type": "money", "cases": [{"when": "project.risk == 'low'", "is": 900.0}, {"is": 300.0}]}
    (never,) = must("project.cost < derived.limit && project.cost > 900.0", limit=limit)
    assert never.severity == ERROR
    assert not must("project.cost < derived.limit && project.cost > 899.98", limit=limit)


def test_what_is_summed_up_is_sampled() -> None:
    total = {"type": "money", "is": "project.cost + baseline.cost"}
    assert not [f for f in must("derived.total < 5000.0", total=total) if "baseline" not in f.sentence]


def test_tiers_that_follow_from_a_derived_fact_are_proven() -> None:
    rows = [{"id": "light", "when": "derived.size == 'small'"}, {"id": "heavy", "when": "derived.size == 'large'"}]
    (idle,) = found(tiers=[*rows, {"id": "rest"}], derived={"size": SIZE})
    assert (idle.severity, idle.path) == (ERROR, ("tiers", 2))
    assert not found(tiers=[rows[0], {"id": "rest"}], derived={"size": SIZE})


def test_a_table_over_what_is_summed_up_is_proven_over_the_sum() -> None:
    score: Doc = {"type": "integer", "is": "project.staff + project.staff"}
    rows: list[Doc] = [{"when": "derived.score >= 11", "is": "large"}, {"when": "derived.score < 11", "is": "small"}]
    assert not found(derived={"score": score, "size": {**SIZE, "cases": rows}})


def test_criteria_that_contradict_each_other_through_a_derived_fact_are_named() -> None:
    criteria = {"small": {"must": "derived.size == 'small'"}, "dear": {"must": "project.cost > 5000.0"}}
    (clash,) = found({"criteria": criteria}, derived={"size": SIZE})
    assert "'small' and 'dear'" in clash.sentence
