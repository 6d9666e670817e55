"""Imports: what is sent beside the register, and how its rows come back."""

from typing import Annotated

from pydantic import StringConstraints

from api.schemas.words import Body, PersonId, PolicyId
from lifecycle.service.policy_files import DEFAULT


class ImportForm(Body):
    """How a register is to be read: a mapping by its name, or as a document (YAML); and who gets the new projects.

    A dry run says what would happen, and changes nothing.
    """

    mapping: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")] | None = None
    mapping_document: Annotated[str, StringConstraints(min_length=1, max_length=200_000)] | None = None
    policy: PolicyId = DEFAULT
    manager: PersonId | None = None
    sponsor: PersonId | None = None
    dry_run: bool = False
