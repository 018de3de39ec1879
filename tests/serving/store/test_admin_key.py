"""Which keys count as the operator's that can make others."""

from __future__ import annotations

import datetime
import random
from typing import Any

import pytest
from sqlalchemy.orm import Session

from serving.errors import AdminKeyNeeded
from serving.store.admin_key import refuse_without_admin
from serving.store.tables import ApiKeyRow, MemberRow
from tests.serving.builders.new_checks import NOW
from tests.serving.builders.stored_checks import many_rows, write_rows
from tests.serving.builders.stores import Place

DAY = datetime.timedelta(days=1)


def key_row(**values: Any) -> ApiKeyRow:
    made: dict[str, Any] = {
        "key_id": "k", "lineage": "k", "sha256": "", "label": "", "scopes": ["admin"], "created_at": NOW, **values,
    }  # fmt: skip
    return ApiKeyRow(**made)


def check(place: Place, row: ApiKeyRow) -> None:
    with write_rows(place, many_rows(1, random.Random(0))) as session:
        _add(session, row)
        refuse_without_admin(session, NOW)


def _add(session: Session, row: ApiKeyRow) -> None:
    session.add(MemberRow(member_id="m", name="M", category="toys", country="DK", created_at=NOW))
    session.flush()
    session.add(row)
    session.flush()


@pytest.mark.parametrize("values", [{}, {"expires_at": NOW + DAY}, {"scopes": ["read", "admin"]}])
def test_a_valid_one_counts(place: Place, values: dict[str, Any]) -> None:
    check(place, key_row(**values))


@pytest.mark.parametrize(
    "values",
    [{"expires_at": NOW}, {"revoked_at": NOW - DAY}, {"replaced_by": "x"}, {"member_id": "m"}, {"scopes": ["read"]}],
)
def test_one_that_ended_or_is_another_kind_does_not(place: Place, values: dict[str, Any]) -> None:
    with pytest.raises(AdminKeyNeeded):
        check(place, key_row(**values))
