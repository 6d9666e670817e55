"""Which addresses name a database."""

import pytest

from lifecycle.persistence.failures import StoreError
from lifecycle.persistence.session import Database


@pytest.mark.parametrize(
    "address", ["nonsense", "sqlite://", "sqlite:///:memory:", "mysql://host/name", "postgresql+psycopg2://h/n"]
)
def test_an_address_of_no_known_kind_is_refused(address: str) -> None:
    with pytest.raises(StoreError) as refusal:
        Database(address)
    assert refusal.value.code == "store_address"
    assert refusal.value.remedy


def test_a_refused_address_keeps_its_password_to_itself() -> None:
    with pytest.raises(StoreError) as refusal:
        Database("mysql://lifecycle:secret@host/name")
    assert "secret" not in str(refusal.value) + refusal.value.remedy
