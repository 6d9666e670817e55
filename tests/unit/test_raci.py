"""Who does what at each gate, and what a role may do, as the policy's own data says."""

from lifecycle.gates.raci import as_table, powers, raci
from lifecycle.service.policy_files import library, read_policy
from tests.unit.house import house


def test_each_gate_says_who_does_what() -> None:
    charter = next(line for line in raci(house()) if line.gate == "charter")
    assert charter.responsible == ("project_manager",)
    assert charter.accountable == ("finance", "security", "sponsor")
    assert charter.informed == ("deputy", "pmo_director")
    baseline = next(line for line in raci(house()) if line.gate == "baseline")
    assert baseline.accountable == ("pmo_director", "sponsor")


def test_whoever_is_only_heard_is_consulted() -> None:
    board = next(line for line in raci(read_policy(library()["prince2"], "prince2.yaml")) if line.gate == "stage")
    assert (board.accountable, board.consulted) == (("executive",), ("senior_supplier", "senior_user"))


def test_what_a_role_may_do_is_told_gate_by_gate() -> None:
    mine = {each.gate: each.words for each in powers(house(), ["security"])}
    assert mine == {"charter": ("veto",)}
    assert not powers(house(), ["gardener"])
    director = {each.gate: each.words for each in powers(house(), ["pmo_director"])}
    assert director["baseline"] == ("take the decision",), "there is nothing to waive"
    assert director["charter"] == ("grant waivers", "decide, once the ladder comes to it")


def test_who_waives_one_requirement_alone_may_waive_at_its_gate() -> None:
    policy = house(gates={"charter": {"evidence": {"case": {"waived_by": "security"}}}})
    (charter,) = powers(policy, ["security"])
    assert (charter.gate, charter.words) == ("charter", ("veto", "grant waivers"))


def test_the_table_has_a_line_for_every_gate() -> None:
    for name, text in library().items():
        policy = read_policy(text, f"{name}.yaml")
        assert len(list(as_table(policy))) == len(policy.gates) + 2
