"""Changes of policies, governed: one person proposes, another publishes; break-glass ends by itself unless upheld."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection

from lifecycle.domain.errors import LifecycleError
from lifecycle.domain.people import Permission, permissions_of
from lifecycle.domain.verdicts import Reason, Refusal
from lifecycle.gates.notices import Notice, NoticeKind
from lifecycle.persistence import policies, proposals
from lifecycle.persistence.audit import Signature
from lifecycle.persistence.mailbox import post_of_the_office
from lifecycle.persistence.proposals import Proposal as Proposal
from lifecycle.persistence.proposals import ProposalStatus as ProposalStatus
from lifecycle.persistence.roles import all_grants
from lifecycle.persistence.session import Database
from lifecycle.service.deeds import Deeds, not_permitted
from lifecycle.service.directory import rights_of
from lifecycle.service.envelopes import Envelope
from lifecycle.service.policies import Comparison, Edition, Policies, check_version
from lifecycle.service.policy_text import PolicyError
from lifecycle.service.settling import Now

LONGEST_BREAK: Final = timedelta(days=14)
"""So long at most an edition stands that was published in break-glass and that nobody has upheld."""


class UnknownProposalError(LifecycleError):
    """There is no such proposal (HTTP 404; code `unknown_proposal`)."""

    def __init__(self) -> None:
        super().__init__("unknown_proposal", "There is no such proposal.", "Look at the list of proposals.")


class ProposalSettledError(LifecycleError):
    """What became of the proposal is settled already (HTTP 409; code `proposal_settled`)."""

    def __init__(self, found: Proposal) -> None:
        sentence = f"The proposal is {found.status.value.replace('_', ' ')}."
        super().__init__("proposal_settled", sentence, "Propose the change anew if it is still wanted.")


class Proposals:
    """The office's proposals to change policies. Two people make every change, a third upholds what was urgent."""

    def __init__(self, database: Database, deeds: Deeds, policies_: Policies, now: Now) -> None:
        self._database = database
        self._deeds = deeds
        self._policies = policies_
        self._now = now

    async def propose(
        self,
        envelope: Envelope,
        text: str,
        name: str,
        reason: str,
        effective_from: datetime | None = None,
        until: datetime | None = None,
    ) -> Proposal:
        """Propose a policy text as a new edition, with the reason.

        `until` asks for break-glass: in force at once when published, whoever is there to open its gates, and no longer
        than so unless it is upheld. Raises `PolicyError` with every error, `wrong_value` for a break too long.
        """
        self._check_break(until, effective_from)
        report = await self._policies.check(text, name, with_people=until is None)
        if report.policy is None or report.errors:
            raise PolicyError(report.errors)
        policy = report.policy
        asked: dict[str, Any] = {"source": text, "reason": reason}
        asked |= {key: at.isoformat() for key, at in (("from", effective_from), ("until", until)) if at}

        def work(connection: Connection, by: Signature) -> Mapping[str, Any]:
            check_version(connection, policy, text, name)
            new = Proposal(
                id=envelope.id,
                ref=policy.ref,
                name=name,
                document=policy.text,
                source=text,
                reason=reason,
                proposed_by=by.person,
                proposed_at=by.at,
                effective_from=effective_from,
                until=until,
            )
            proposals.propose(connection, new, by)
            return {}

        await self._deeds.do(envelope, "propose_policy", asked, work)
        return await self.get(envelope.id)

    async def publish(self, envelope: Envelope, id_: str) -> Edition:
        """Publish what somebody else has proposed.

        Raises `RefusedError` (`excluded`) for one's own, `PolicyError` for what the people there are could not carry
        any more, `ProposalSettledError`, `EditionExistsError`.
        """
        found = await self.get(id_)
        if found.proposed_by == envelope.person:
            raise await self._own(envelope, found, "publish_policy", "Whoever wrote a change does not publish it.")
        report = await self._policies.check(found.source, found.name, with_people=found.until is None)
        if report.policy is None or report.errors:
            raise PolicyError(report.errors)
        policy = report.policy
        if policy.ref != found.ref:
            sentence = "The policy that this one extends has changed since it was proposed."
            raise LifecycleError("proposal_outdated", sentence, "Propose it anew.")
        after = ProposalStatus.IN_REVIEW if found.until else ProposalStatus.PUBLISHED

        def work(connection: Connection, by: Signature) -> Mapping[str, Any]:
            _settled(connection, found, ProposalStatus.PROPOSED, after, "", by)
            check_version(connection, policy, found.source, found.name)
            edition = Edition(
                ref=policy.ref,
                document=policy.text,
                source=found.source,
                published_at=by.at,
                published_by=by.person,
                effective_from=max(found.effective_from or by.at, by.at),
                expires_at=found.until,
            )
            policies.publish(connection, edition, by)
            if found.until:
                post_of_the_office(connection, _review(connection, found, found.until, by), by.at)
            return {}

        await self._deeds.do(envelope, "publish_policy", {"proposal": id_}, work)
        return await self._policies.read(found.ref.id, found.ref.version)

    async def withdraw(self, envelope: Envelope, id_: str, remark: str) -> Proposal:
        """Take a proposal back: one's own, or anybody's for who may publish."""
        found = await self.get(id_)
        rights = await self._database.read(lambda connection: rights_of(connection, envelope.person, self._now()))
        if found.proposed_by != envelope.person and not rights.may(Permission.POLICY_PUBLISH):
            asked = {"proposal": id_}
            raise await self._deeds.refuse(envelope, "withdraw_policy", asked, not_permitted(Permission.POLICY_PUBLISH))

        def work(connection: Connection, by: Signature) -> Mapping[str, Any]:
            _settled(connection, found, ProposalStatus.PROPOSED, ProposalStatus.WITHDRAWN, remark, by)
            return {}

        await self._deeds.do(envelope, "withdraw_policy", {"proposal": id_, "remark": remark}, work)
        return await self.get(id_)

    async def review(self, envelope: Envelope, id_: str, remark: str, *, upheld: bool) -> Proposal:
        """Review what was published in break-glass: it stays, or ends now. The two who made it do not review it."""
        found = await self.get(id_)
        if envelope.person in (found.proposed_by, found.settled_by):
            raise await self._own(envelope, found, "review_policy", "Whoever made an urgent change does not review it.")

        def work(connection: Connection, by: Signature) -> Mapping[str, Any]:
            after = ProposalStatus.UPHELD if upheld else ProposalStatus.ENDED
            _settled(connection, found, ProposalStatus.IN_REVIEW, after, remark, by)
            ends = None if upheld else min(by.at, found.until or by.at)
            policies.expire(connection, found.ref, ends)
            return {}

        asked = {"proposal": id_, "upheld": upheld, "remark": remark}
        await self._deeds.do(envelope, "review_policy", asked, work)
        return await self.get(id_)

    async def get(self, id_: str) -> Proposal:
        """One proposal. Raises `UnknownProposalError`."""
        found = await self._database.read(lambda connection: proposals.find(connection, id_))
        if found is None:
            raise UnknownProposalError
        return found

    async def difference(self, id_: str) -> Comparison:
        """In what a proposal differs from the edition in force. Raises `UnknownEditionError` if there is none."""
        found = await self.get(id_)
        return await self._policies.against(found.ref.id, found.document)

    async def latest(self, status: ProposalStatus | None = None) -> tuple[Proposal, ...]:
        """The latest proposals, of one status or of all, the newest first."""
        return await self._database.read(lambda connection: proposals.latest(connection, status))

    def _check_break(self, until: datetime | None, effective_from: datetime | None) -> None:
        if until is None:
            return
        if effective_from is not None:
            sentence = "What is urgent is in force at once."
            raise LifecycleError("wrong_value", sentence, "Leave out either the date or the break-glass.")
        if not timedelta(0) < until - self._now() <= LONGEST_BREAK:
            sentence = f"Break-glass lasts at most {LONGEST_BREAK.days} days."
            raise LifecycleError("wrong_value", sentence, "Name an earlier instant that is still to come.")

    async def _own(self, envelope: Envelope, found: Proposal, type_: str, sentence: str) -> LifecycleError:
        refusal = Refusal(reason=Reason.EXCLUDED, sentence=sentence, remedy="Ask somebody else who may publish.")
        return await self._deeds.refuse(envelope, type_, {"proposal": found.id}, refusal)


def _review(connection: Connection, found: Proposal, until: datetime, by: Signature) -> Notice:
    """News for whoever may review what was published in break-glass: not for the two who made it."""
    held = all_grants(connection)
    may = {each.person for each in held if Permission.POLICY_PUBLISH in permissions_of([each.role])}
    said = {"policy": found.ref.id, "version": str(found.ref.version), "reason": found.reason, "proposal": found.id}
    return Notice(
        kind=NoticeKind.POLICY_REVIEW,
        occasion=found.id,
        people=tuple(may - {found.proposed_by, by.person}),
        fields={**said, "due": until.isoformat()},
    )


def _settled(
    connection: Connection,
    found: Proposal,
    expected: ProposalStatus,
    status: ProposalStatus,
    remark: str,
    by: Signature,
) -> None:
    if found.status is not expected or not proposals.settle(connection, found, status, remark, by):
        raise ProposalSettledError(proposals.find(connection, found.id) or found)
