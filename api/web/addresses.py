"""Where pages are found, and how one path is written."""

from urllib.parse import quote


def project_path(project: str) -> str:
    """The page of a project."""
    return f"/projects/{quote(project, safe='')}"


def gate_path(project: str, gate: str, acting_for: str | None = None) -> str:
    """The page on which a gate is decided, in somebody's name if one acts for them."""
    query = f"?for={quote(acting_for, safe='')}" if acting_for else ""
    return f"{project_path(project)}/gates/{quote(gate, safe='')}{query}"


def prepare_path(project: str, gate: str, acting_for: str | None = None) -> str:
    """The page on which a gate is prepared, in somebody's name if one acts for them."""
    path, mark, query = gate_path(project, gate, acting_for).partition("?")
    return f"{path}/prepare{mark}{query}"


def edition_path(policy: str, version: int) -> str:
    """The page of an edition of a policy."""
    return f"/policies/{quote(policy, safe='')}/versions/{version}"


def change_path(proposal: str) -> str:
    """The page of a proposed change of a policy."""
    return f"/changes/{quote(proposal, safe='')}"


def trial_path(trial: str) -> str:
    """The page of a trial of a draft."""
    return f"/what-ifs/{quote(trial, safe='')}"


def rollout_path(rollout: str) -> str:
    """The page of a roll-out."""
    return f"/rollouts/{quote(rollout, safe='')}"


def record_path(project: str | None, n: int) -> str:
    """The page of a record of the audit trail: of a project, or of the office."""
    of = f"?project={quote(project, safe='')}" if project else ""
    return f"/audit/records/{n}{of}"


def verification_path(verification: str) -> str:
    """The page of a verification of the audit trail."""
    return f"/audit/verifications/{quote(verification, safe='')}"


def webhook_path(webhook: str) -> str:
    """The page of a webhook."""
    return f"/administration/webhooks/{quote(webhook, safe='')}"


def person_path(person: str) -> str:
    """The page of somebody."""
    return f"/people/{quote(person, safe='')}"


def away_path(person: str) -> str:
    """The page on which somebody says when they are away, and who acts for them."""
    return f"{person_path(person)}/away"
