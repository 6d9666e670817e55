"""Projects under a published policy, brought into the records as the service would bring them."""

from functools import partial

from lifecycle.gates.policy import Policy
from lifecycle.persistence import policies
from lifecycle.persistence.audit import Signature
from lifecycle.persistence.policies import Edition
from lifecycle.persistence.projection import project
from lifecycle.persistence.session import Database
from lifecycle.service.shelf import Shelf
from tests.integration.rows import NOW
from tests.paper import Paper


def publish(office: Database, policy: Policy) -> Shelf:
    """The policy is published; the shelf that has it."""
    document = policy.text
    edition = Edition(policy.ref, document, document, NOW, "office", NOW)
    office.write_now(lambda connection: policies.publish(connection, edition, Signature("office", NOW)))
    return Shelf(office)


def bring(office: Database, *papers: Paper) -> None:
    """What happened to these projects is recorded."""
    for paper in papers:
        office.write_now(partial(project, key=paper.key, happened=paper.told, now=paper.now))
