"""Bad input gets a sentence, a code and a remedy, and changes nothing."""

import json
from hashlib import sha256
from typing import Any

import pytest

from tests.api.conftest import LIMIT_BYTES
from tests.api.desk import CHEAP, Desk, fresh_key

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("at_work")]

NEW: dict[str, Any] = {"name": "Footbridge", "portfolio": "rail", "facts": CHEAP}


@pytest.mark.parametrize(
    ("change", "status", "reason"),
    [
        ({"stage_since": "2020-01-01T00:00:00Z"}, 422, "malformed"),
        ({"name": 7}, 422, "malformed"),
        ({"name": ""}, 422, "malformed"),
        ({"key": "a/b"}, 422, "malformed"),
        ({"name": "half a pair \ud800"}, 422, "malformed"),
        ({"name": "nul \x00"}, 422, "malformed"),
        ({"facts": {"whole_life_cost": "a lot"}}, 422, "wrong_value"),
        ({"facts": {"whole_life_cost": True}}, 422, "wrong_value"),
        ({"facts": {"whole_life_cost": 2**60}}, 422, "wrong_value"),
        ({"facts": {"finish": "2026-02-31"}}, 422, "wrong_value"),
        ({"facts": {"risk": "enormous"}}, 422, "wrong_value"),
        ({"facts": {"mood": "good"}}, 422, "unknown_fact"),
        ({"facts": {"whole_life_cost": {"amount": 1}}}, 422, "malformed"),
        ({"stage": "retirement"}, 422, "unknown_stage"),
        ({"policy": "nobodys-policy"}, 422, "policy_unknown"),
        ({"version": 99}, 422, "policy_unknown"),
        ({"manager": "nobody"}, 422, "wrong_value"),
    ],
)
async def test_a_registration_that_cannot_be_is_refused(
    desk: Desk, change: dict[str, Any], status: int, reason: str
) -> None:
    body = {"key": fresh_key(), **NEW, **change}
    content = json.dumps(body).encode("utf-8", "surrogatepass")
    answer = await desk.post("director", "/projects", content=content, headers={"Content-Type": "application/json"})
    assert answer.refused == (status, reason), answer.json
    assert reason != "malformed" or answer.json["faults"]
    assert (await desk.get("director", f"/projects/{str(body['key']).replace('/', '%2F')}")).status == 404


@pytest.mark.parametrize(
    ("content", "media_type", "status", "reason"),
    [
        (b'{"reason": ', "application/json", 400, "unreadable_body"),
        ('{"reason": "Überlauf"}'.encode("latin-1"), "application/json", 400, "wrong_encoding"),
        (b'{"reason": "x"}', "application/json; charset=latin-1", 400, "wrong_encoding"),
        ('{"reason": "x"}'.encode("utf-16"), "application/json", 400, "wrong_encoding"),
        (b'{"reason": ' + b"[" * 500 + b"]" * 500 + b"}", "application/json", 400, "too_deep"),
        (b"[" * 100_000, "application/json", 400, "too_deep"),
        (b'{"reason": NaN}', "application/json", 422, "malformed"),
        (b'{"reason": ' + b"9" * 10_000 + b"}", "application/json", 400, "unreadable_body"),
        (b'"reason"', "application/json", 422, "malformed"),
        (b"", "application/json", 422, "malformed"),
        (b"reason: x", "application/yaml", 415, "unsupported_media_type"),
        (b"reason=x", "application/x-www-form-urlencoded", 415, "unsupported_media_type"),
        (b"x", "", 415, "unsupported_media_type"),
        (b'{"reason": "' + b"x" * 1_000_000 + b'"}', "application/json", 413, "body_too_large"),
    ],
)
async def test_a_body_that_cannot_be_read_is_refused(
    desk: Desk, content: bytes, media_type: str, status: int, reason: str
) -> None:
    project = await desk.register()
    answer = await project.ask("director", "/hold", content=content, headers={"Content-Type": media_type})
    assert answer.refused == (status, reason), answer.json
    assert (await project.read())["status"] == "active"


async def test_a_form_where_json_is_expected_is_of_the_wrong_type(desk: Desk) -> None:
    project = await desk.register()
    answer = await project.ask("director", "/hold", files={"file": ("a.pdf", b"%PDF-", "application/pdf")})
    assert answer.refused == (415, "unsupported_media_type")


async def test_a_body_in_pieces_is_bounded_too(desk: Desk) -> None:
    async def endless() -> Any:
        for _ in range(1_000):
            yield b" " * 10_000

    answer = await desk.post("director", "/projects", content=endless(), headers={"Content-Type": "application/json"})
    assert answer.refused == (413, "body_too_large")


@pytest.mark.parametrize(
    ("headers", "status", "reason"),
    [
        ({"If-Match": "seven"}, 422, "malformed"),
        ({"If-Match": '"-1"'}, 422, "malformed"),
        ({"Idempotency-Key": "k" * 201}, 422, "malformed"),
        ({"X-Acting-For": "not a person"}, 422, "malformed"),
        ({"X-Acting-For": "director"}, 422, "wrong_value"),
        ({"Accept": "text/html"}, 406, "not_acceptable"),
        ({"Content-Encoding": "gzip"}, 415, "unsupported_media_type"),
    ],
)
async def test_a_header_that_cannot_be_is_refused(
    desk: Desk, headers: dict[str, str], status: int, reason: str
) -> None:
    project = await desk.register()
    answer = await project.ask("director", "/hold", {"reason": "Frozen."}, headers=headers)
    assert answer.refused == (status, reason), answer.json


@pytest.mark.parametrize("token", [None, "Bearer", "Bearer nonsense", "Basic cG06cG0=", "Bearer " + "x" * 1_000])
async def test_who_is_not_signed_in_learns_nothing(desk: Desk, token: str | None) -> None:
    project = await desk.register()
    headers = {"Authorization": token} if token else {}
    for path in (f"/projects/{project.key}", "/projects/P-none", "/people", "/me"):
        answer = await desk.send(None, "GET", path, headers=headers)
        assert answer.refused == (401, "not_signed_in")
        assert answer.response.headers["www-authenticate"] == "Bearer"


async def test_what_is_not_there_and_what_is_out_of_sight_look_the_same(desk: Desk) -> None:
    outsider = await desk.post("administrator", "/people", {"id": "outsider", "name": "Outsider"})
    assert outsider.status == 201
    grant = {"person": "outsider", "role": "finance", "scope": "portfolio:roads"}
    await desk.post("administrator", "/roles", grant)
    desk.tokens["outsider"] = (
        await desk.post("administrator", "/tokens", {"person": "outsider", "label": "Test"})
    ).json["secret"]
    project = await desk.register()
    for method, path, body in (
        ("GET", "", None),
        ("POST", "/hold", {"reason": "Frozen."}),
        ("POST", "/gates/charter/submission", None),
        ("POST", "/gates/charter/rehearsals", None),
        ("PUT", "/gates/charter/evidence/no_conflict", {"kind": "attestation"}),
    ):
        answers = [
            await desk.send("outsider", method, f"/projects/{key}{path}", body) for key in (project.key, "P-none")
        ]
        seen = [{**answer.json, "command": ""} for answer in answers]
        assert seen[0] == seen[1]
        assert {answer.refused for answer in answers} == {(404, "unknown_project")}
        assert answers[0].response.headers.keys() == answers[1].response.headers.keys()
    file = await desk.get("outsider", f"/projects/{project.key}/evidence/sha256:{'0' * 64}")
    assert file.refused == (404, "evidence_missing")


async def test_addresses_and_methods_that_there_are_not(desk: Desk) -> None:
    assert (await desk.get("pm", "/nowhere")).refused == (404, "unknown_path")
    assert (await desk.get("pm", "/projects/")).refused == (404, "unknown_path")
    wrong = await desk.send("pm", "PUT", "/me")
    assert wrong.refused == (405, "method_not_allowed")
    assert wrong.response.headers["allow"] == "GET"
    assert (await desk.send("pm", "PUT", "/policies/proposals")).response.headers["allow"] == "GET, POST"
    assert (await desk.get("pm", "/people", params={"cursor": "nonsense"})).reason == "not_permitted"
    assert (await desk.get("director", "/people", params={"cursor": "nonsense"})).refused == (422, "bad_cursor")
    assert (await desk.get("director", "/people", params={"limit": "0"})).refused == (422, "malformed")


async def test_a_filter_that_is_misspelt_does_not_mean_everything(desk: Desk) -> None:
    answer = await desk.get("auditor", "/events", params={"gaet": "charter"})
    assert answer.refused == (422, "malformed")
    assert answer.json["faults"][0]["path"] == "query.gaet"
    assert " gate, " in answer.json["faults"][0]["sentence"]
    assert (await desk.get("pm", "/me", params={"person": "director"})).refused == (422, "malformed")


async def test_a_fault_is_where_the_sender_can_find_it(desk: Desk) -> None:
    project = await desk.register()
    answer = await project.ask("pm", "/facts", {"facts": {"risk": {}, "Risk": 1}, "bool": 1}, method="PATCH")
    paths = {fault["path"] for fault in answer.json["faults"]}
    assert paths == {"body.facts.risk", "body.facts.Risk.[key]", "body.bool"}
    late = await desk.get("auditor", "/events", params={"since": "yesterday"})
    assert late.json["faults"][0] == {
        "path": "query.since",
        "sentence": "Write an instant as text, such as 2026-03-31T17:00:00Z.",
        "remedy": "",
        "severity": "error",
    }


async def test_a_number_is_whole_by_its_value_however_it_is_written(desk: Desk) -> None:
    project = await desk.register()
    for spent in (1_000.5, "1000", True, -1.0, 1e300):
        answer = await project.ask("director", "/kill", {"reason": "No longer needed.", "spent": spent})
        assert answer.refused == (422, "malformed"), spent
    await project.done("director", "/kill", {"reason": "No longer needed.", "spent": 1_000.0})


@pytest.mark.parametrize(
    ("path", "body", "status", "reason"),
    [
        ("/gates/nowhere/submission", None, 404, "unknown_gate"),
        ("/gates/baseline/submission", None, 409, "gate_not_open"),
        ("/gates/charter/submission", None, 409, "not_ready"),
        ("/gates/charter/rounds", {"reason": "Please."}, 409, "not_opened_on_request"),
        ("/gates/charter/answers", {"answer": "Yes."}, 409, "no_question"),
        ("/conditions/none/proof", {"proof": "Here."}, 404, "unknown_condition"),
    ],
)
async def test_what_a_project_cannot_do_now(
    desk: Desk, path: str, body: dict[str, Any] | None, status: int, reason: str
) -> None:
    project = await desk.register()
    assert (await project.ask("pm", path, body)).refused == (status, reason)


async def test_a_project_that_was_killed_takes_no_more_commands(desk: Desk) -> None:
    project = await desk.register()
    await project.done("director", "/kill", {"reason": "No longer needed.", "spent": 1_000})
    for path, body in (("/hold", {"reason": "Wait."}), ("/gates/charter/submission", None)):
        answer = await project.ask("director" if body else "pm", path, body)
        assert answer.refused == (409, "project_over")


@pytest.mark.parametrize(
    ("item", "supply", "status", "reason"),
    [
        ("business_case", {"kind": "form", "answers": {}}, 422, "wrong_kind"),
        ("poem", {"kind": "attestation"}, 422, "unknown_item"),
        ("assessment", {"kind": "form", "answers": {"urgency": 1}}, 422, "wrong_value"),
        ("assessment", {"kind": "form", "answers": {"urgency": "very", "strategic_fit": 1}}, 422, "wrong_value"),
        ("assessment", {"kind": "form", "answers": {"hue": 1}}, 422, "unknown_item"),
        ("no_conflict", {"kind": "attestation", "text": "I know of some conflicts."}, 409, "stale"),
        ("business_case", {"kind": "link", "url": "ftp://example.org/case"}, 422, "malformed"),
        ("business_case", {"kind": "link", "url": "javascript:alert(1)"}, 422, "malformed"),
        ("business_case", {"kind": "link", "url": "https://user:secret@example.org/"}, 422, "malformed"),
        ("business_case", {"kind": "telegram"}, 422, "malformed"),
        ("business_case", {"kind": "link", "url": "https://example.org", "author": "sponsor"}, 422, "malformed"),
        ("business_case", None, 400, "unreadable_body"),
    ],
)
async def test_evidence_that_does_not_fit_is_refused(
    desk: Desk, item: str, supply: Any, status: int, reason: str
) -> None:
    project = await desk.register()
    answer = await project.ask("pm", f"/gates/charter/evidence/{item}", supply, method="PUT")
    assert answer.refused == (status, reason), answer.json


@pytest.mark.parametrize(
    ("file", "more", "status", "reason"),
    [
        (("case.pdf", b"%PDF-" + b"x" * LIMIT_BYTES, "application/pdf"), {}, 413, "evidence_too_large"),
        (("case.pdf", b"%PDF-" + b"x" * 10 * LIMIT_BYTES, "application/pdf"), {}, 413, "body_too_large"),
        (("case.pdf", b"", "application/pdf"), {}, 415, "evidence_type"),
        (("case.pdf", b"<script>", "application/pdf"), {}, 415, "evidence_type"),
        (("case.html", b"<html>", "text/html"), {}, 415, "evidence_type"),
        (("", b"%PDF-", "application/pdf"), {}, 422, "malformed"),
        (("case.pdf", b"%PDF-1.7", "application/pdf"), {"data": {"author": "sponsor"}}, 422, "malformed"),
    ],
)
async def test_a_file_that_is_not_taken_is_refused(
    desk: Desk, file: tuple[str, bytes, str], more: dict[str, Any], status: int, reason: str
) -> None:
    project = await desk.register()
    path = "/gates/charter/evidence/business_case"
    answer = await project.ask("pm", path, method="PUT", files={"file": file}, **more)
    assert answer.refused == (status, reason), answer.json


async def test_nothing_is_kept_of_what_somebody_sends_who_may_not(desk: Desk) -> None:
    project = await desk.register()
    file = ("case.pdf", b"%PDF-1.7", "application/pdf")
    path = "/gates/charter/evidence/business_case"
    answer = await project.ask("auditor", path, method="PUT", files={"file": file})
    assert answer.refused == (403, "not_permitted")
    digest = f"sha256:{sha256(file[1]).hexdigest()}"
    assert (await desk.get("pm", f"/projects/{project.key}/evidence/{digest}")).status == 404


async def test_a_policy_that_cannot_be_is_refused_by_line_and_column(desk: Desk) -> None:
    source = "policy: small\nversion: one\nstages: [planning]\ngates: {}\n"
    answer = await desk.publish({"source": source, "name": "small.yaml"})
    assert answer.refused == (422, "policy_invalid")
    faults = answer.json["faults"]
    assert {(fault["line"], fault["column"]) for fault in faults} >= {(2, 10)}
    checked = await desk.post("pm", "/policies/check", {"source": source})
    assert (checked.json["publishable"], checked.json["edition"]) == (False, None)
    assert len(checked.json["faults"]) == len(faults)


async def test_whatever_is_broken_on_our_side_has_a_number_and_tells_nothing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> None:
        raise ZeroDivisionError("secret")

    monkeypatch.setattr(desk.office.directory, "bearer", broken)
    answer = await desk.get("pm", "/me")
    assert answer.refused == (500, "incident")
    assert "secret" not in answer.response.text
    assert len(answer.json["incident"]) == 16
