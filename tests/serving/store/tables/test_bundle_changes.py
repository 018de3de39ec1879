from __future__ import annotations

import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from serving.store.tables import BundleChangeRow, CheckRow
from tests.serving.builders.query_plans import plan_of

NOW = datetime.datetime(2026, 5, 1, tzinfo=datetime.UTC)


def add_change(session: Session, name: str) -> int:
    row = BundleChangeRow(created_at=NOW, name=name, action="activate", caller="open", note="", state="{}")
    session.add(row)
    session.commit()
    return row.change_id


def test_changes_are_numbered_in_their_order(session: Session) -> None:
    ids = [add_change(session, name) for name in ("a", "b", "a")]
    assert ids == sorted(set(ids))
    assert session.scalars(select(BundleChangeRow.changed_by)).all() == [None, None, None]


def test_the_latest_change_of_a_name_is_read_from_an_index_without_sorting(session: Session) -> None:
    latest = select(BundleChangeRow).where(BundleChangeRow.name == "a").order_by(BundleChangeRow.change_id.desc())
    plan = plan_of(session, latest.limit(1))
    assert "ix_bundle_changes_name_change_id" in plan
    assert "TEMP B-TREE" not in plan


def test_changes_outlive_the_checks(session: Session) -> None:
    add_change(session, "a")
    session.execute(delete(CheckRow))
    session.commit()
    assert len(session.scalars(select(BundleChangeRow)).all()) == 1
