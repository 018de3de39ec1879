from __future__ import annotations

import datetime

import pytest
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from serving.store.tables import CheckRow, IdempotencyRow, PhotoRow, ReviewRow, ShadowVerdictRow
from tests.serving.builders.query_plans import plan_of

NOW = datetime.datetime(2026, 5, 1, tzinfo=datetime.UTC)


def test_deleting_a_check_deletes_every_row_that_belongs_to_it(session: Session) -> None:
    kinds = (PhotoRow, ReviewRow, IdempotencyRow, ShadowVerdictRow)
    session.add_all(
        [
            PhotoRow(check_id="c", position=0, sha256="a", kept=True, evidence=None),
            ReviewRow(check_id="c", decision="genuine", note="", created_at=NOW),
            IdempotencyRow(key_hash="k", fingerprint="f", check_id="c", created_at=NOW),
            ShadowVerdictRow(
                check_id="c", shadow_sha256="1", active_sha256="0", product="toy", active_outcome="review",
                shadow_outcome="review",
            ),
        ]
    )  # fmt: skip
    session.commit()
    assert [session.scalar(select(func.count()).select_from(kind)) for kind in kinds] == [1, 1, 1, 1]
    session.execute(delete(CheckRow).where(CheckRow.check_id == "c"))
    session.commit()
    assert [session.scalar(select(func.count()).select_from(kind)) for kind in kinds] == [0, 0, 0, 0]


@pytest.mark.parametrize(
    "column", [CheckRow.listing_id, CheckRow.outcome, CheckRow.product, CheckRow.seller_id, CheckRow.decision]
)
def test_a_filtered_list_is_read_in_order_from_an_index(session: Session, column: object) -> None:
    query = select(CheckRow).where(column == "x").order_by(CheckRow.check_id.desc()).limit(50)  # type: ignore[arg-type]
    plan = plan_of(session, query)
    assert "USING INDEX ix_checks_" in plan
    assert "TEMP B-TREE" not in plan, "it would sort every match for each page"


def test_old_checks_are_found_by_an_index(session: Session) -> None:
    plan = plan_of(session, select(CheckRow.check_id).where(CheckRow.created_at < NOW).order_by(CheckRow.created_at))
    assert "ix_checks_created_at" in plan


def test_attributes_and_views_come_back_as_they_were_sent(session: Session) -> None:
    row = session.get_one(CheckRow, "c")
    row.attributes, row.views = {"a": [1.5, None, {"b": "ü"}]}, ["front", None]
    session.commit()
    session.expire_all()
    row = session.get_one(CheckRow, "c")
    assert (row.attributes, row.views) == ({"a": [1.5, None, {"b": "ü"}]}, ["front", None])
