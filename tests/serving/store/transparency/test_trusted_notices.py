from __future__ import annotations

import asyncio
import datetime
from typing import Any

import pytest
from sqlalchemy.orm import Session

from serving.cases.decision_policy import DecisionPolicy
from serving.principal import SERVER
from serving.schemas.accounts import MemberSent
from serving.store.store import Store
from serving.store.tables import TrustedFlaggerRow
from serving.transparency.report.production import NOTHING_EXAMINED
from serving.transparency.statements.stored import maker_of
from tests.serving.builders.cases.upheld_cases import decided_case
from tests.serving.builders.new_checks import NOW
from tests.serving.builders.stores import Place, opened

TODAY, DAY = NOW.date(), datetime.timedelta(days=1)


async def trust(store: Store, since: datetime.date, until: datetime.date | None) -> str:
    """Add a member with the status of a trusted flagger; gives its id."""
    sent = MemberSent(name="Acme", category="toys", country="DK", products=["toy"])
    member_id = (await store.member_rows.add(SERVER, sent, NOW)).member_id
    row = TrustedFlaggerRow(
        member_id=member_id, authority="BNetzA", country="DE", since=since, until=until, noted_at=NOW
    )

    def work(session: Session) -> None:
        session.add(row)

    await store._database.write(work)
    return member_id


@pytest.mark.parametrize(
    ("since", "until", "opened_by", "source"),
    [
        (TODAY, None, "member", "SOURCE_TRUSTED_FLAGGER"),
        (TODAY - DAY, TODAY, "member", "SOURCE_TRUSTED_FLAGGER"),
        (TODAY - DAY, TODAY - DAY, "member", "SOURCE_ARTICLE_16"),
        (TODAY + DAY, None, "member", "SOURCE_ARTICLE_16"),
        (TODAY, None, "rule", "SOURCE_ARTICLE_16"),
    ],
)
def test_a_notice_counts_as_of_a_trusted_flagger_while_its_status_is_in_force(
    place: Place, since: datetime.date, until: datetime.date | None, opened_by: Any, source: str
) -> None:
    async def work() -> None:
        async with opened(place) as store:
            member_id = await trust(store, since, until)
            await decided_case(store, member_id=member_id, opened_by=opened_by, listings=3)
            await decided_case(store, member_id="other", opened_by="member")
            await decided_case(store)
            await store.statement_rows.prepare(maker_of(DecisionPolicy()), NOW, 9)
            made = [one.body for one in await store.statement_rows.find_page(None, 9)]
            assert sum(f'"{source}"' in body for body in made) == (3 if source == "SOURCE_TRUSTED_FLAGGER" else 4)
            year = await store.figure_rows.count_year(
                NOW - 30 * DAY, NOW + 30 * DAY, precision=NOTHING_EXAMINED, recall=NOTHING_EXAMINED
            )
            counted = year.grounds["trademark"]
            expected = (1, 3, 3) if source == "SOURCE_TRUSTED_FLAGGER" else (0, 0, 0)
            assert (counted.trusted.notices, counted.trusted.items, counted.trusted.actions) == expected
            assert (counted.notices.notices, counted.notices.items) == (2, 4)

    asyncio.run(work())
