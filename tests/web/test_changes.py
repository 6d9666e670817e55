"""Changes of policies as pages: proposed by one, published by another, reviewed by a third when they were urgent."""

import yaml

from api.web.entrance import form_token
from lifecycle.service.office import Office
from lifecycle.service.policy_files import DEFAULT, library_text
from tests.web.conftest import Arrive, Clock
from tests.web.visitor import Visitor


def text(version: int = 2, **more: object) -> str:
    return yaml.safe_dump({**yaml.safe_load(library_text(DEFAULT)), "version": version, **more})


def change(**more: str) -> dict[str, str]:
    return {"source": text(), "reason": "The audit asked for it.", "do": "propose", **more}


async def proposed(visitor: Visitor, **more: str) -> str:
    """The address of a change that somebody has proposed."""
    answer = await visitor.post("/changes", change(**more))
    assert answer.status_code == 303, answer.text
    return answer.headers["location"].partition("?")[0]


async def came(arrive: Arrive, person: str) -> Visitor:
    visitor = arrive()
    await visitor.sign_in(person)
    return visitor


async def test_a_change_takes_two_people(arrive: Arrive, office: Office) -> None:
    analyst, director = await came(arrive, "analyst"), await came(arrive, "director")
    place = await proposed(analyst)
    assert "Somebody else publishes it." in (await analyst.get(f"{place}?said=proposed")).text
    assert (await analyst.post(f"{place}/publication")).status_code == 403
    inbox = (await director.get("/")).text
    assert "The audit asked for it." in inbox
    assert f'href="{place}"' in inbox
    answer = await director.post(f"{place}/publication")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/policies/{DEFAULT}/versions/2")
    assert (await office.policies.read(DEFAULT, None)).ref.version == 2
    assert place not in (await director.get("/")).text
    again = await director.post(f"{place}/publication")
    assert again.status_code == 409
    assert "The proposal is published." in again.text


async def test_whoever_wrote_a_change_is_told_that_another_publishes_it(arrive: Arrive) -> None:
    director = await came(arrive, "director")
    place = await proposed(director)
    assert "somebody else who may has to" in (await director.get(place)).text
    assert place not in (await director.get("/")).text, "it waits for others"
    answer = await director.post(f"{place}/publication")
    assert (answer.status_code, "does not publish it" in answer.text) == (409, True)


async def test_faults_are_told_by_line_and_column_and_the_text_stays(arrive: Arrive) -> None:
    analyst = await came(arrive, "analyst")
    wrong = text().replace("kind: document", "kind: paper", 1)
    for what in ("check", "propose"):
        answer = await analyst.post("/changes", change(source=wrong, do=what))
        assert answer.status_code == 422
        line = 1 + wrong[: wrong.index("kind: paper")].count("\n")
        assert f">{line}:" in answer.text
        assert "kind: paper" in answer.text
    assert (await analyst.post("/changes", change(source=""))).status_code == 422
    assert "A change needs a reason." in (await analyst.post("/changes", change(reason=" "))).text
    assert "is no day" in (await analyst.post("/changes", change(effective_from="soon"))).text
    assert "Break-glass lasts at most" in (await analyst.post("/changes", change(until="2030-01-01"))).text


async def test_a_text_can_be_checked_without_being_proposed(arrive: Arrive, office: Office) -> None:
    analyst = await came(arrive, "analyst")
    answer = await analyst.post("/changes", change(do="check"))
    assert (answer.status_code, "It can be proposed." in answer.text) == (200, True)
    assert not await office.proposals.latest()


async def test_a_file_is_read_as_the_text(arrive: Arrive, office: Office) -> None:
    analyst = await came(arrive, "analyst")
    fields = {"reason": "By file.", "do": "propose", "csrf": form_token(analyst.secret)}
    files = {"file": ("policy.yaml", text(3).encode(), "application/yaml")}
    headers = {"Sec-Fetch-Site": "same-origin"}
    answer = await analyst.http.post("/changes", data=fields, files=files, headers=headers)
    assert answer.status_code == 303, answer.text
    (found,) = await office.proposals.latest()
    assert found.ref.version == 3


async def test_what_differs_stands_on_the_page(arrive: Arrive) -> None:
    analyst = await came(arrive, "analyst")
    document = yaml.safe_load(text())
    document["gates"]["charter"]["reauthenticate"] = True
    place = await proposed(analyst, source=yaml.safe_dump(document))
    page = (await analyst.get(place)).text
    assert "now proves anew who they are" in page
    assert "stricter" in page


async def test_an_urgent_change_waits_for_a_third_person_until_it_ends(arrive: Arrive, clock: Clock) -> None:
    analyst, director, third = [await came(arrive, who) for who in ("analyst", "director", "administrator")]
    place = await proposed(analyst, until="2026-03-06")
    assert (await director.post(f"{place}/publication")).status_code == 303
    assert place not in (await director.get("/")).text, "whoever published it does not review it"
    inbox = (await third.get("/")).text
    assert "Review what was urgent" in inbox
    assert "Friday 23:59" in inbox
    assert "does not review it" in (await director.post(f"{place}/review", {"remark": "Fine.", "upheld": "yes"})).text
    assert (await third.post(f"{place}/review", {"upheld": "yes"})).status_code == 409
    answer = await third.post(f"{place}/review", {"remark": "It was right.", "upheld": "yes"})
    assert answer.headers["location"].endswith("said=upheld")
    assert place not in (await third.get("/")).text
    clock.pass_(days=10)
    await third.sign_in("administrator")
    assert "in force" in (await third.get(f"/policies/{DEFAULT}/versions/2")).text


async def test_an_urgent_change_can_be_ended(arrive: Arrive, office: Office) -> None:
    analyst, director, third = [await came(arrive, who) for who in ("analyst", "director", "administrator")]
    place = await proposed(analyst, until="2026-03-06")
    await director.post(f"{place}/publication")
    answer = await third.post(f"{place}/review", {"remark": "It was not.", "upheld": "no"})
    assert answer.headers["location"].endswith("said=ended")
    assert (await office.policies.read(DEFAULT, None)).ref.version == 1


async def test_a_proposal_is_taken_back(arrive: Arrive) -> None:
    analyst = await came(arrive, "analyst")
    place = await proposed(analyst)
    assert (await analyst.post(f"{place}/withdrawal", {"remark": "Too early."})).status_code == 303
    page = (await analyst.get(f"{place}?said=withdrawn_change")).text
    assert "The proposal is taken back." in page
    assert "Too early." in page
    listed = (await analyst.get("/changes")).text
    assert "taken back" in listed


async def test_a_change_is_tried_on_the_portfolio_and_kept_to_whoever_tried_it(arrive: Arrive) -> None:
    analyst, director = await came(arrive, "analyst"), await came(arrive, "director")
    place = await proposed(analyst)
    begun = await analyst.post(f"{place}/what-ifs")
    assert begun.status_code == 303
    page = await analyst.get(begun.headers["location"])
    assert page.status_code == 200
    assert "projects" in page.text
    assert (await director.get(begun.headers["location"])).status_code == 404
    assert (await analyst.post(f"{begun.headers['location']}/end")).status_code == 303


async def test_a_change_that_is_not_there_is_not_there(arrive: Arrive) -> None:
    director = await came(arrive, "director")
    for path in ("/changes/nothing", "/what-ifs/nothing", "/rollouts/nothing"):
        assert (await director.get(path)).status_code == 404, path


async def test_a_roll_out_is_planned_by_whoever_may(arrive: Arrive) -> None:
    director, auditor = await came(arrive, "director"), await came(arrive, "auditor")
    order = {"edition": f"{DEFAULT}:1", "reason": "A better edition.", "canary": "1", "slice": "10"}
    assert (await auditor.post("/rollouts", order)).status_code == 403
    for wrong in ({"edition": "x"}, {"reason": ""}, {"canary": "0"}, {"slice": "many"}, {"edition": f"{DEFAULT}:9"}):
        answer = await director.post("/rollouts", {**order, **wrong})
        assert answer.status_code == 409, wrong
    planned = await director.post("/rollouts", order)
    assert planned.status_code == 303
    page = (await auditor.get(planned.headers["location"])).text
    assert "A better edition." in page
    assert "Start with" not in page, "looking is not steering"
    assert "Start with 1 project" in (await director.get(planned.headers["location"])).text
    early = await director.post(f"{planned.headers['location']}/moves", {"move": "sideways"})
    assert early.status_code in (409, 422)
