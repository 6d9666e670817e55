"""What a PMO is told about who decides, before anybody is bound by it."""

import pytest

from lifecycle.domain.people import Roster
from lifecycle.gates.check import check
from lifecycle.gates.plain import in_words
from lifecycle.gates.proofs.finding import ERROR, Finding
from tests.unit.house import Doc, one_gate

PEOPLE = Roster(
    holders={"sponsor": ("sam",), "finance": ("fin", "flo"), "board": ("ann", "bob"), "assurance": ("ass",)}
)


def told(gate: Doc | None = None, roster: Roster | None = None, **policy: object) -> list[Finding]:
    return list(check(one_gate({"decide_within": "5 days", **(gate or {})}, **policy), roster))


def sentences(found: list[Finding], severity: str = ERROR) -> list[str]:
    return [finding.sentence for finding in found if finding.severity == severity]


def asking(*parts: Doc, **approvals: object) -> Doc:
    return {"approvals": {"all": list(parts), **approvals}}


BODY: Doc = {"council": {"all": [{"role": "finance"}]}}


@pytest.mark.parametrize(
    ("gate", "policy", "sentence"),
    [
        (asking({"body": "senate"}), {"bodies": BODY}, "There is no body 'senate'."),
        (asking({"body": "council", "reads": ["plan"]}), {"bodies": BODY}, "There is no evidence 'plan' to read."),
        ({**asking({"body": "council"}), "chair": "council"}, {"bodies": BODY}, "The body 'council' has no chair"),
        (
            asking({"body": "council"}, {"role": "council"}),
            {"bodies": BODY},
            "'council' is a body's name and a role's.",
        ),
        (asking({"role": "finance"}, exclude=[{"authors_of": "start"}]), {}, "There is no gate 'start'."),
        (asking({"role": "project_manager"}), {}, "The gate asks the project manager for a vote"),
        ({"ladder": [{"after": "1 day", "raise_to": "pmo_analyst"}]}, {}, "The gate asks the pmo analyst for a vote"),
        ({}, {"incompatible": [["finance"]]}, "One role alone goes ill with nothing."),
        (
            {"decisions": ["go", "recycle"], "ladder": [{"after": "1 day", "decide": "kill"}]},
            {},
            "The gate cannot decide kill.",
        ),
        (
            asking({"body": "council"}),
            {"bodies": {"council": {"all": [{"role": "finance", "heard": True}]}}},
            "Everybody is only heard here, and nobody approves.",
        ),
        (
            asking({"body": "council"}),
            {"bodies": {"council": {"all": [{"role": "finance", "when": "answers.fit"}]}}},
            "There is no fact answers.fit.",
        ),
    ],
)
def test_a_slip_about_who_decides_is_told(gate: Doc, policy: Doc, sentence: str) -> None:
    assert any(sentence in said for said in sentences(told(gate, **policy)))


def test_a_condition_of_a_body_is_told_at_its_place() -> None:
    council = {"all": [{"any": [{"role": "finance"}, {"role": "board", "when": "project.csot > 1.0"}]}]}
    found = told(asking({"body": "council"}), bodies={"council": council})
    assert [finding.path for finding in found if finding.severity == ERROR] == [
        ("bodies", "council", "all", 0, "any", 1, "when")
    ]


def test_a_body_that_nobody_calls_is_told() -> None:
    assert "No gate calls the body 'council'." in sentences(told(bodies=BODY), "warning")
    called = told(asking({"body": "council"}), bodies=BODY)
    assert "No gate calls the body 'council'." not in sentences(called, "warning")


def test_a_manager_who_assures_the_project_is_told() -> None:
    both = Roster(holders={**PEOPLE.holders, "assurance": ("mia",), "project_manager": ("mia",)})
    apart = {"incompatible": [["assurance", "project_manager"]]}
    found = told(asking({"role": "assurance"}), both, **apart)
    assert any("Somebody holds several of assurance, project_manager" in said for said in sentences(found, "warning"))
    assert [finding.witness for finding in found if finding.path == ("incompatible", 0)] == ["mia"]
    assert any("Nobody can open the gate 'gate'" in said for said in sentences(found))
    assert not sentences(told(asking({"role": "assurance"}), PEOPLE, **apart))


def test_evidence_that_nobody_can_give_is_told() -> None:
    gate = {"evidence": {"report": {"kind": "document", "by": "reviewer"}}}
    assert "Nobody can give 'report': nobody holds the role 'reviewer'." in sentences(told(gate, PEOPLE), "warning")


def test_slots_that_pass_on_are_no_bottleneck_and_in_person_ones_are_not_widened() -> None:
    one = Roster(holders={"sponsor": ("sam", "sue"), "finance": ("fin",), "deputy": ("dep", "dot")})
    alone = "cannot open while fin is away"
    hold: Doc = {"after": "3 days", "hold": True}
    widened = {**asking({"role": "finance"}), "ladder": [{"after": "1 day", "widen_to": "deputy"}, hold]}
    in_person = {
        **asking({"role": "finance", "in_person": True}),
        "ladder": [{"after": "1 day", "widen_to": "deputy"}, hold],
    }
    passed = {**in_person, "ladder": [{"after": "1 day", "reassign_to": "deputy"}, hold]}
    for gate, is_alone in ((widened, False), (in_person, True), (passed, False)):
        assert any(alone in said for said in sentences(told(gate, one), "warning")) is is_alone


def test_silence_that_may_be_kept_from_going_needs_a_next_step() -> None:
    silent: Doc = {"after": "2 days", "decide": "go"}
    sentence = "Silence opens no gate whose criteria are not met, and nothing follows then."
    assert sentence in sentences(told({"ladder": [silent]}), "warning")
    assert sentence not in sentences(told({"ladder": [silent, {"after": "3 days", "hold": True}]}), "warning")
    assert not sentences(told({"ladder": [{"after": "2 days", "decide": "recycle"}]}), "warning")


def test_who_decides_is_said_in_plain_words() -> None:
    board = {
        "label": "Project board",
        "guidance": "Business, user and supplier.",
        "all": [{"role": "executive", "in_person": True}, {"role": "senior_user", "heard": True}],
        "veto": ["security"],
        "advice": ["assurance"],
        "dissent_to": "corporate",
        "rejection": "veto",
        "chair": "executive",
    }
    gate = {
        **asking(
            {"body": "board", "when": "project.ready"}, {"role": "sponsor"}, exclude=["manager", {"authors_of": "gate"}]
        ),
        "chair": "board",
        "evidence": {"case": {"kind": "document", "by": "finance"}},
        "ladder": [
            {"after": "1 day", "reassign_to": "deputy"},
            {"after": "2 days", "decide": "recycle"},
        ],
    }
    words = in_words(one_gate(gate, bodies={"board": board}, incompatible=[["assurance", "project_manager"]]))
    for line in (
        "- **Project board**: Business, user and supplier.",
        "    - Member: executive, in person",
        "    - Member: senior user, to be heard",
        "    - Veto: security",
        "    - Advice, which is recorded and stops nothing: assurance",
        "    - Only a veto sends it back.",
        "    - A no that does not stop it is told at once to the corporate.",
        "    - Chair: executive",
        "- Nobody acts under two of: assurance, project manager.",
        "- Evidence: **case** (document), given by the finance alone",
        "- Approval: the Project board, when `project.ready`",
        "- May not approve: manager, authors of gate.",
        "- The Project board takes the decision, by its chair.",
        "    - after 1 day: give what is still open to the deputy instead",
        "    - after 2 days: silence decides: recycle, and the record says that nobody decided",
    ):
        assert line in words.splitlines(), line
