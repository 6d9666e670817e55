"""A policy in plain words leaves out nothing that somebody would sign for."""

from lifecycle.gates.plain import in_words
from tests.unit.house import Doc, house, one_gate


def lines(gate: Doc | None = None, **more: object) -> list[str]:
    return [line.strip(" -") for line in in_words(one_gate(gate, **more)).splitlines()]


def test_who_waives_and_what_nobody_waives_is_said() -> None:
    assert "The pmo director may waive its requirements." in lines()
    said = lines(
        {
            "waivers_by": "auditor",
            "evidence": {"case": {"waivable": False}, "plan": {"kind": "document"}},
            "criteria": {"ready": {"must": "project.ready", "waivable": False}},
        }
    )
    assert "The auditor may waive its requirements." in said
    assert "Evidence: **case** (document), no waiver stands in for it" in said
    assert "Criterion: **ready** must hold: `project.ready`, no waiver stands in for it" in said
    assert not any("waive" in line for line in lines({"evidence": {"case": {"waivable": False}}}) if "may" in line)


def test_who_waives_a_single_requirement_is_said_beside_it() -> None:
    said = lines({"evidence": {"case": {"waived_by": "finance"}}})
    assert "Evidence: **case** (document), the finance may waive it" in said
    assert "The pmo director may waive its requirements." not in said
    ready = {"must": "project.ready", "waived_by": "security"}
    assert "Criterion: **ready** must hold: `project.ready`, the security may waive it" in lines(
        {"criteria": {"ready": ready}}
    )


def test_what_a_rejection_and_a_missed_condition_do_is_said() -> None:
    said = lines({"on_missed_condition": "reopen", "on_reject": "kill"})
    assert "A missed condition opens the gate again, unless the condition says otherwise." in said
    assert "A rejection by vote decides: kill." in said
    assert not any("missed condition" in line for line in lines({"decisions": ["go", "recycle"]}))


def test_tolerances_that_open_a_gate_have_their_names() -> None:
    labelled = house(tolerances={"cost": {"label": "Whole-life cost"}, "finish": {"label": "The finish slips."}})
    assert "Opens by itself on a breach of: Whole-life cost; The finish slips." in in_words(labelled)
    again = house(gates={"baseline": {"on_breach_of": ["finish"]}})
    assert "- Opens by itself on a breach of: finish." in in_words(again)


def test_a_precondition_names_only_what_the_gate_can_decide() -> None:
    earlier: Doc = {
        "kind": "review",
        "approvals": {"all": [{"role": "sponsor"}]},
        "decisions": {"go": {"label": "Agreed"}, "recycle": {}},
    }
    assert "Before it: Earlier decided Agreed" in lines({"requires": [{"gate": "earlier"}]}, gates={"earlier": earlier})
