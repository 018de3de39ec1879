from __future__ import annotations

import pytest

from serving.store.database.shown_address import shown_address


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("postgresql://ann:s3cret@db:5432/shop", "postgresql://ann:***@db:5432/shop"),
        ("postgresql://ann:s3@cr/et@db/shop", "postgresql://ann:***@db/shop"),
        ("postgresql+psycopg://ann:s3cret@db/shop", "postgresql+psycopg://ann:***@db/shop"),
        ("mysql://:s3cret@db/shop", "mysql://:***@db/shop"),
        ("postgresql://db/shop?user=ann&password=s3cret&sslmode=require",
         "postgresql://db/shop?user=ann&password=***&sslmode=require"),
        ("postgresql://db/shop?sslpassword=s3cret", "postgresql://db/shop?sslpassword=***"),
        ("postgresql://ann@db/shop", "postgresql://ann@db/shop"),
        ("/srv/touch:stone@data", "/srv/touch:stone@data"),
    ],
)  # fmt: skip
def test_no_password_is_shown(address: str, shown: str) -> None:
    assert shown_address(address) == shown
