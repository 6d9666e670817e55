"""What the office keeps of policies before they bind anybody. No methods, seen by this package alone."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, PrimaryKeyConstraint, Table, Text

from lifecycle.persistence.columns import Instant, Words, schema

what_ifs = Table(
    "what_ifs",
    schema,
    Column("id", Words, primary_key=True),
    Column("over", Words, nullable=False),
    Column("person", Words, nullable=False),
    Column("status", Words, nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("finished_at", Instant),
    Column("since", Instant),
    Column("until", Instant),
    Column("due_at", Instant),
    Column("total", Integer, nullable=False),
    Column("done", Integer, nullable=False),
    Column("judged", Integer, nullable=False),
    Column("reached", Words, nullable=False),
    Column("source", Text, nullable=False),
    Column("summary", Text, nullable=False),
    Index(None, "person", "started_at"),
    Index(None, "status"),
)
"""Each trial of a draft: `over` what, `source` the draft, `reached` the key of the last project that was judged.

Decisions are judged that were made `since` one instant and before another; `due_at` is when to look at the coming
ones again.
"""

rollouts = Table(
    "rollouts",
    schema,
    Column("id", Words, primary_key=True),
    Column("person", Words, nullable=False),
    Column("policy", Words, nullable=False),
    Column("version", Integer, nullable=False),
    Column("digest", Words, nullable=False),
    Column("reason", Text, nullable=False),
    Column("canary", Integer, nullable=False),
    Column("slice", Integer, nullable=False),
    Column("phase", Words, nullable=False),
    Column("planned_at", Instant, nullable=False),
    Column("moved_at", Instant, nullable=False),
)
"""Each roll-out of an edition to running projects, and the phase that it has come to."""

rollout_projects = Table(
    "rollout_projects",
    schema,
    Column("rollout", Words, ForeignKey("rollouts.id")),
    Column("project", Words),
    Column("verdict", Words, nullable=False),
    Column("status", Words, nullable=False),
    Column("former", Text, nullable=False),
    Column("sentence", Text, nullable=False),
    PrimaryKeyConstraint("rollout", "project"),
    Index(None, "rollout", "status", "project"),
)
"""What was foreseen of each project, what became of it, and by which edition (JSON) it was bound before."""

what_if_projects = Table(
    "what_if_projects",
    schema,
    Column("what_if", Words, ForeignKey("what_ifs.id")),
    Column("project", Words),
    Column("effect", Words, nullable=False),
    Column("detail", Text, nullable=False),
    PrimaryKeyConstraint("what_if", "project"),
)
"""The projects for which a draft would make a difference, each with what it would be."""

policy_proposals = Table(
    "policy_proposals",
    schema,
    Column("id", Words, primary_key=True),
    Column("policy", Words, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("digest", Words, nullable=False),
    Column("name", Words, nullable=False),
    Column("document", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("reason", Words, nullable=False),
    Column("effective_from", Instant),
    Column("until", Instant),
    Column("proposed_by", Words, nullable=False),
    Column("proposed_at", Instant, nullable=False),
    Column("status", Words, nullable=False),
    Column("settled_by", Words),
    Column("settled_at", Instant),
    Column("reviewed_by", Words),
    Column("reviewed_at", Instant),
    Column("remark", Words, nullable=False),
    Index(None, "status", "proposed_at"),
)
"""Policy texts that somebody wants published: by whom, why, from when, and what became of each."""
