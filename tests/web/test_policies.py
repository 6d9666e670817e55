"""Policies as pages: the editions there are, one of them in plain language, and what a version changed."""

from datetime import timedelta
from html import unescape

import pytest

from api.web.views.wording import Words, sections_of, words_of
from lifecycle.gates.policy import Pmo, Policy
from lifecycle.persistence import policies
from lifecycle.persistence.audit import Signature
from lifecycle.persistence.session import Database
from lifecycle.service.policy_files import library, library_text, read_policy
from tests.web.conftest import Clock
from tests.web.test_formats import formats
from tests.web.visitor import Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def published(visitor: Visitor) -> tuple[str, int]:
    """The policy of the sample office, and its version."""
    (ref,) = await visitor.office.policies.editions()
    return ref.id, ref.version


async def published_anew(visitor: Visitor, database: Database, clock: Clock, **otherwise: object) -> Policy:
    """A further version of the policy, with something said otherwise."""
    id_, version = await published(visitor)
    found = await visitor.office.policies.read(id_, version)
    policy = Policy.model_validate_json(found.document).model_copy(update={"version": version + 1, **otherwise})
    document = policy.model_dump_json(by_alias=True)
    edition = policies.Edition(policy.ref, document, document, clock.now, "director", clock.now + timedelta(days=1))
    database.write_now(lambda connection: policies.publish(connection, edition, Signature("director", clock.now)))
    return policy


async def test_a_policy_is_read_in_plain_language_with_who_does_what(visitor: Visitor) -> None:
    await visitor.sign_in("director")
    id_, version = await published(visitor)
    path = f"/policies/{id_}/versions/{version}"
    assert path in (await visitor.get("/policies")).text
    page = await visitor.get(path)
    assert page.status_code == 200
    for words in ("Working time is mon-fri", "Who does what", "Accountable", "stateDiagram", "in force"):
        assert words in page.text
    found = await visitor.office.policies.read(id_, version)
    for gate in Policy.model_validate_json(found.document).gates:
        assert f'id="gate-{gate}"' in page.text


@pytest.mark.parametrize("name", sorted(library()))
async def test_every_gate_of_a_ready_policy_is_drawn_or_named_beside(
    visitor: Visitor, database: Database, clock: Clock, name: str
) -> None:
    policy = read_policy(library_text(name), name).model_copy(update={"policy": "another", "version": 1})
    document = policy.model_dump_json(by_alias=True)
    edition = policies.Edition(policy.ref, document, document, clock.now, "director", clock.now)
    database.write_now(lambda connection: policies.publish(connection, edition, Signature("director", clock.now)))
    await visitor.sign_in("director")
    page = await visitor.get("/policies/another/versions/1")
    assert page.status_code == 200
    picture = page.text.partition('aria-labelledby="path"')[2].partition("</section>")[0]
    for gate, rule in policy.gates.items():
        assert rule.called(gate) in unescape(picture), gate


async def test_the_check_is_made_with_the_people_there_are(visitor: Visitor) -> None:
    await visitor.sign_in("auditor")
    id_, version = await published(visitor)
    text = (await visitor.get(f"/policies/{id_}/versions/{version}")).text
    assert "Every gate can be opened" in text or "needs a look" in text or "need a look" in text


async def test_a_version_to_come_says_what_it_changes(visitor: Visitor, database: Database, clock: Clock) -> None:
    await visitor.sign_in("director")
    policy = await published_anew(visitor, database, clock, pmo=Pmo.SUPPORTIVE)
    assert "to come" in (await visitor.get("/policies")).text
    path = f"/policies/{policy.policy}/versions/{policy.version}"
    text = (await visitor.get(f"{path}?against={policy.version - 1}")).text
    assert "The PMO is supportive; it was controlling." in text
    assert "looser" in text


async def test_what_there_is_not_is_not_found(visitor: Visitor) -> None:
    await visitor.sign_in("director")
    id_, version = await published(visitor)
    for path in ("nothing/versions/1", f"{id_}/versions/{version}?against=77", f"{id_}/versions/{version}?against=x"):
        page = await visitor.get(f"/policies/{path}", accept="text/html")
        assert page.status_code == 404


async def test_what_an_author_wrote_becomes_no_markup(visitor: Visitor, database: Database, clock: Clock) -> None:
    await visitor.sign_in("director")
    policy = await published_anew(visitor, database, clock, notes="<script>x</script> **<b>sure</b>**")
    text = (await visitor.get(f"/policies/{policy.policy}/versions/{policy.version}")).text
    assert "<script>x" not in text
    assert "<strong>&lt;b&gt;sure&lt;/b&gt;</strong>" in text


async def test_projects_of_an_edition_are_a_list_that_its_filters_keep(visitor: Visitor) -> None:
    await visitor.sign_in("director")
    assert (await visitor.get("/portfolio?policy=sha256:0&stage=planning")).status_code == 200


async def test_words_are_set_as_they_were_marked(visitor: Visitor) -> None:
    assert words_of("**Cost** must hold: `a * b`.") == (
        Words("Cost", "strong"),
        Words(" must hold: "),
        Words("a * b", "code"),
        Words("."),
    )
    assert words_of("*Is it worth it?*") == (Words("Is it worth it?", "em"),)


async def test_every_section_of_a_policy_is_there_and_its_table_is_not(visitor: Visitor) -> None:
    found = await visitor.office.policies.read(*await published(visitor))
    policy = Policy.model_validate_json(found.document)
    sections = sections_of(policy, formats())
    assert [each.anchor for each in sections if each.anchor] == [f"gate-{name}" for name in policy.gates]
    assert "Who does what" not in [each.title for each in sections]


async def test_a_policy_without_a_version_is_its_newest(visitor: Visitor) -> None:
    await visitor.sign_in("pm")
    answer = await visitor.get("/policies/corporate-standard")
    assert (answer.status_code, answer.headers["location"]) == (303, "/policies/corporate-standard/versions/1")
    assert (await visitor.get("/policies/none")).status_code == 404
