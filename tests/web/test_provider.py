"""Signing in by an identity provider: by issuer and subject, with roles by groups, and in doubt not at all."""

import json
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx2
import pytest
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey
from pydantic import SecretStr

from api.app import create_app
from api.web.entrance import Entrance
from api.web.provider import Provider
from lifecycle.domain.people import Grant
from lifecycle.service.envelopes import Envelope
from lifecycle.service.office import Office, utc_now
from lifecycle.service.single_sign_on import NoEntryError, Vouched
from tests.web.conftest import Arrive, Clock
from tests.web.visitor import HOME, Visitor

with warnings.catch_warnings(record=True):
    import oidc_provider_mock  # it warns of what its own libraries will leave out some day

pytestmark = pytest.mark.filterwarnings("ignore:get_jwt_config:DeprecationWarning")

ROLES = {"g-pmo": (("pmo_director", "everywhere"),), "g-rail": (("sponsor", "portfolio:rail"),)}
CLAIMS = {"name": "Newcomer", "email": "newcomer@example.org", "preferred_username": "new.comer@example.org"}


@pytest.fixture
def clock() -> Clock:
    """Providers live in the present."""
    clock = Clock()
    clock.now = utc_now()
    return clock


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    """A provider that knows a few people."""
    known = (("directs", ["g-pmo", "g-other"]), ("funds", ["g-rail"]), ("stranger", ["g-other"]))
    people = [oidc_provider_mock.User(sub=sub, claims={**CLAIMS, "groups": groups}) for sub, groups in known]
    people.append(oidc_provider_mock.User(sub="groupless", claims=dict(CLAIMS)))
    with oidc_provider_mock.run_server_in_thread(user_claims=people, require_nonce=True) as server:
        yield f"http://localhost:{server.server_port}"


@pytest.fixture
def entrance(issuer: str) -> Entrance:
    provider = Provider(issuer, "lifecycle", SecretStr("secret"), name="Corporate account")
    return Entrance(HOME, provider=provider, roles=ROLES)


async def at_the_provider(address: str, subject: str, **form: str) -> str:
    """Somebody says who they are; the address they are sent back to."""
    async with httpx2.AsyncClient() as http:
        answer = await http.post(address, data={"sub": subject, **form})
    return answer.headers["location"]


async def there_and_back(visitor: Visitor, subject: str, path: str = "/") -> httpx2.Response:
    leaving = await visitor.get(f"/sign-in/provider?next={path}")
    assert leaving.status_code == 303, leaving.text
    return await visitor.get(await at_the_provider(leaving.headers["location"], subject))


async def test_whoever_belongs_to_a_group_with_a_role_comes_in(visitor: Visitor, office: Office) -> None:
    assert "Corporate account" in (await visitor.get("/sign-in")).text
    back = await there_and_back(visitor, "directs", "/people?text=x")
    assert (back.status_code, back.headers["location"]) == (303, "/people?text=x")
    there = await office.sign_ins.present(visitor.secret)
    assert (there.person.id, there.person.name, there.sign_in.method) == ("new.comer", "Newcomer", "provider")
    assert there.rights.grants == (Grant(person="new.comer", role="pmo_director"),)


async def test_the_same_account_is_the_same_person_and_another_is_another(arrive: Arrive, office: Office) -> None:
    ids = []
    for subject in ("directs", "funds", "directs"):
        visitor = arrive()
        await there_and_back(visitor, subject)
        ids.append((await office.sign_ins.present(visitor.secret)).person.id)
    assert ids[0] == ids[2]
    assert ids[0] != ids[1], "the same name and mail address make nobody the same person"


async def test_an_account_with_somebodys_mail_address_is_not_that_person(visitor: Visitor, office: Office) -> None:
    await office.people.change(Envelope("administrator", "k"), "director", {"mail": CLAIMS["email"]})
    await there_and_back(visitor, "funds")
    assert (await office.sign_ins.present(visitor.secret)).person.id != "director"


@pytest.mark.parametrize("subject", ["stranger", "groupless", "never-heard-of"])
async def test_whoever_has_no_group_with_a_role_stays_outside(visitor: Visitor, office: Office, subject: str) -> None:
    back = await there_and_back(visitor, subject)
    assert back.status_code == 403
    assert not visitor.secret
    assert not (await office.people.search("newcomer", None, 10)).lines


async def test_roles_follow_the_groups_and_other_roles_are_the_offices(visitor: Visitor, office: Office) -> None:
    await there_and_back(visitor, "funds")
    person = (await office.sign_ins.present(visitor.secret)).person.id
    by = Envelope("administrator", "k")
    await office.people.grant(by, Grant(person=person, role="pmo_director"))
    await office.people.grant(Envelope("administrator", "l"), Grant(person=person, role="auditor"))
    await there_and_back(visitor, "funds")
    assert [(grant.role, grant.scope) for grant in await office.people.grants(person)] == [
        ("auditor", "everywhere"),
        ("sponsor", "portfolio:rail"),
    ]


async def test_whoever_is_in_no_group_any_more_stays_outside_and_keeps_no_role_of_it(
    visitor: Visitor, office: Office
) -> None:
    await there_and_back(visitor, "funds")
    person = (await office.sign_ins.present(visitor.secret)).person
    await office.people.grant(Envelope("administrator", "k"), Grant(person=person.id, role="auditor"))
    gone = Vouched(person.issuer, person.subject, person.name, "newcomer", "", frozenset({"g-other"}))
    with pytest.raises(NoEntryError):
        await office.single_sign_on.arrive(gone, ROLES)
    assert [grant.role for grant in await office.people.grants(person.id)] == ["auditor"]


async def test_a_leaver_stays_outside_whatever_the_provider_says(visitor: Visitor, office: Office) -> None:
    await there_and_back(visitor, "directs")
    await office.people.change(Envelope("administrator", "k"), "new.comer", {"active": False})
    assert (await there_and_back(visitor, "directs")).status_code == 403


async def test_a_way_back_is_good_once_and_only_in_the_browser_that_left(visitor: Visitor, arrive: Arrive) -> None:
    leaving = (await visitor.get("/sign-in/provider")).headers["location"]
    back = await at_the_provider(leaving, "directs")
    other = arrive()
    assert (await other.get(back)).status_code == 403
    await other.get("/sign-in/provider")
    assert (await other.get(back)).status_code == 403
    assert (await visitor.get(back)).status_code == 303
    assert (await visitor.get(back)).status_code == 403


async def test_whoever_turns_back_at_the_provider_is_told(visitor: Visitor) -> None:
    leaving = (await visitor.get("/sign-in/provider")).headers["location"]
    asked = dict(parse_qsl(urlsplit(leaving).query))
    assert asked["code_challenge_method"] == "S256"
    back = await at_the_provider(leaving, "directs", action="deny")
    assert (await visitor.get(back)).json()["reason"] == "not_vouched"


class Liar(BaseHTTPRequestHandler):
    """A provider that says whatever a test wants it to say."""

    server: "LyingServer"

    def do_GET(self) -> None:
        issuer = self.server.issuer
        if self.path.endswith("openid-configuration"):
            ends = {name: f"{issuer}/{name}" for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")}
            self._answer({"issuer": issuer, **ends, **self.server.described})
        else:
            self._answer({"keys": [self.server.key.as_dict(private=False)]})

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self._answer({"id_token": self.server.token})

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def _answer(self, content: dict[str, Any]) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(content).encode())


class LyingServer(ThreadingHTTPServer):
    """Its address, its key, and what it says next."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Liar)
        self.issuer = f"http://127.0.0.1:{self.server_address[1]}"
        self.key = RSAKey.generate_key(2048, {"kid": "1"})
        self.token = ""
        self.described: dict[str, str] = {}


@contextmanager
def lying() -> Iterator[LyingServer]:
    server = LyingServer()
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture(scope="module")
def liar() -> Iterator[LyingServer]:
    with lying() as server:
        yield server


class Lies:
    """A sign-in by a provider that answers with a token of the test's choice."""

    def __init__(self, visitor: Visitor, server: LyingServer, now: float) -> None:
        self.visitor = visitor
        self.server = server
        self.now = int(now)

    async def told(
        self, *, key: RSAKey | OctKey | None = None, alg: str = "RS256", iss: str = "", **claims: Any
    ) -> int:
        """The status that the browser is answered with; none as a claim leaves it out."""
        return await self.told_at("/sign-in/provider", key=key, alg=alg, iss=iss, **claims)

    async def told_at(
        self, way: str, *, key: RSAKey | OctKey | None = None, alg: str = "RS256", iss: str = "", **claims: Any
    ) -> int:
        """The same, on one of the ways that lead to the provider."""
        leaving = (await self.visitor.get(way)).headers["location"]
        asked = dict(parse_qsl(urlsplit(leaving).query))
        good = {
            "iss": self.server.issuer,
            "aud": "lifecycle",
            "sub": "directs",
            "iat": self.now,
            "exp": self.now + 300,
            "nonce": asked["nonce"],
            "groups": ["g-pmo"],
        }
        said = {name: value for name, value in {**good, **claims}.items() if value is not None}
        self.server.token = jwt.encode({"alg": alg, "kid": "1"}, said, key or self.server.key, [alg])
        more = f"&iss={iss}" if iss else ""
        back = await self.visitor.get(f"/sign-in/provider/back?code=c&state={asked['state']}{more}")
        return back.status_code


@pytest.fixture
def lies(liar: LyingServer, office: Office, clock: Clock) -> Lies:
    """A provider that may say anything."""
    liar.described = {}
    provider = Provider(liar.issuer, "lifecycle", SecretStr("secret"))
    app = create_app(nullcontext(office), office.limits.evidence_bytes, Entrance(HOME, provider=provider, roles=ROLES))
    app.state.office = office
    http = httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url=HOME)
    return Lies(Visitor(http, office), liar, clock.now.timestamp())


async def test_a_good_token_is_believed(lies: Lies) -> None:
    assert await lies.told() == 303
    assert await lies.told(iss=lies.server.issuer) == 303


async def test_a_token_that_is_not_quite_right_is_not_believed(lies: Lies) -> None:
    assert await lies.told(key=RSAKey.generate_key(2048, {"kid": "1"})) == 403
    assert await lies.told(iss="http://elsewhere.example") == 403
    for claims in (
        {"nonce": "another"},
        {"nonce": None},
        {"aud": "somebody-else"},
        {"aud": ["lifecycle"], "azp": "somebody-else"},
        {"iss": "http://elsewhere.example"},
        {"exp": lies.now - 61},
        {"exp": None},
        {"exp": "soon"},
        {"iat": lies.now + 120},
        {"sub": ""},
        {"sub": None},
        {"sub": 7},
        {"groups": None},
        {"groups": "g-pmo"},
        {"groups": {"g-pmo": True}},
    ):
        assert await lies.told(**claims) == 403, claims


async def test_a_token_signed_with_what_everybody_knows_is_not_believed(lies: Lies) -> None:
    shared = OctKey.import_key("secret-that-the-client-knows-too-0123456789", {"kid": "1"})
    assert await lies.told(key=shared, alg="HS256") == 403
    lies.server.token = "no token at all"
    leaving = (await lies.visitor.get("/sign-in/provider")).headers["location"]
    state = dict(parse_qsl(urlsplit(leaving).query))["state"]
    assert (await lies.visitor.get(f"/sign-in/provider/back?code=c&state={state}")).status_code == 403


async def test_a_provider_that_is_not_itself_or_leads_astray_is_away(lies: Lies) -> None:
    lies.server.described = {"issuer": "http://elsewhere.example"}
    assert (await lies.visitor.get("/sign-in/provider")).status_code == 503
    lies.server.described = {"authorization_endpoint": "http://elsewhere.example/authorize"}
    assert (await lies.visitor.get("/sign-in/provider")).status_code == 503
    lies.server.described = {"authorization_endpoint": "javascript:alert(1)"}
    assert (await lies.visitor.get("/sign-in/provider")).status_code == 503


async def test_the_provider_is_asked_to_have_people_prove_who_they_are_anew(lies: Lies) -> None:
    assert await lies.told() == 303
    asked = dict(parse_qsl(urlsplit((await lies.visitor.get("/proof/provider")).headers["location"]).query))
    assert (asked["prompt"], asked["max_age"]) == ("login", "0")
    usual = dict(parse_qsl(urlsplit((await lies.visitor.get("/sign-in/provider")).headers["location"]).query))
    assert not {"prompt", "max_age"} & set(usual)


async def test_who_has_just_proved_it_to_the_provider_has_proved_it_here(lies: Lies, office: Office) -> None:
    assert await lies.told(auth_time=lies.now) == 303
    assert (await office.sign_ins.present(lies.visitor.secret)).proved_at is None, "that was to come in"
    before = lies.visitor.secret
    assert await lies.told_at("/proof/provider", auth_time=lies.now - 30) == 200
    there = await office.sign_ins.present(lies.visitor.secret)
    assert (lies.visitor.secret, there.proved_at and round(there.proved_at.timestamp())) == (before, lies.now - 30)


async def test_in_doubt_nothing_was_proved_to_the_provider(lies: Lies, office: Office) -> None:
    assert await lies.told() == 303
    for claims in (
        {},
        {"auth_time": None},
        {"auth_time": lies.now - 301},
        {"auth_time": lies.now + 120},
        {"auth_time": "now"},
        {"auth_time": True},
        {"auth_time": lies.now, "sub": "somebody-else"},
        {"auth_time": lies.now, "nonce": "another"},
    ):
        assert await lies.told_at("/proof/provider", **claims) == 403, claims
        assert (await office.sign_ins.present(lies.visitor.secret)).proved_at is None, claims
