from __future__ import annotations

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from serving.store.tables import MemberRow, WebhookEndpointRow
from tests.serving.builders.new_checks import NOW


def endpoint_row(endpoint_id: str, member_id: str | None = None) -> WebhookEndpointRow:
    return WebhookEndpointRow(
        endpoint_id=endpoint_id, created_at=NOW, member_id=member_id, url="https://a.example/", description="",
        ordered=False, keys=["k"], previous_keys=[], enabled=True, position=0, failures=0,
    )  # fmt: skip


def test_the_endpoints_of_a_member_end_with_it(session: Session) -> None:
    session.add(MemberRow(member_id="m", name="m", category="toys", country="DK", created_at=NOW))
    session.flush()
    session.add_all([endpoint_row("a", "m"), endpoint_row("b")])
    session.commit()
    session.execute(delete(MemberRow))
    session.commit()
    assert session.scalars(select(WebhookEndpointRow.endpoint_id)).all() == ["b"]


def test_all_types_and_products_are_a_null_of_the_database(session: Session) -> None:
    session.add(endpoint_row("a"))
    session.commit()
    assert session.scalars(select(WebhookEndpointRow).where(WebhookEndpointRow.types.is_(None))).one().keys == ["k"]
