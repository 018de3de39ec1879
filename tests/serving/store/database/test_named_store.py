from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from serving.store.database.migrations import migrate
from serving.store.database.named_store import connect_store, is_address
from serving.store.tables import CheckRow
from tests.serving.builders.stores import Place
from vision.errors import ConfigError


def test_a_store_is_named_by_its_folder_or_by_its_address(place: Place) -> None:
    made = place.connect()
    migrate(made)
    made.dispose()
    engine = connect_store(place.database or str(place.folder))
    with engine.connect() as connection:
        assert connection.execute(select(CheckRow)).all() == []
    engine.dispose()


def test_a_folder_without_a_database_is_refused_and_none_is_made(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="holds no checks"):
        connect_store(str(tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_an_address_of_another_form_is_refused_without_its_password() -> None:
    with pytest.raises(ConfigError, match=r"ann:\*\*\*@db") as caught:
        connect_store("postgresql+psycopg://ann:s3cret@db/shop")
    assert "s3cret" not in caught.value.message


def test_an_address_is_not_a_folder() -> None:
    assert is_address("postgresql://u@h/n")
    assert is_address("postgres://u@h/n")
    assert not is_address("touchstone-data")
    assert not is_address("postgresql")


@pytest.mark.parametrize("address", ["postgresql://", "postgresql://host", "mysql://u:s3cret@h/n", "postgresql:x"])
def test_an_address_that_cannot_be_one_is_refused_without_repeating_it(address: str) -> None:
    from serving.store.database.postgresql import parse_address

    with pytest.raises(ConfigError, match="postgresql://USER@HOST:5432/NAME") as caught:
        parse_address(address)
    assert "s3cret" not in caught.value.message
