"""The duties of a marketplace on one store: statements, complaints, notices to buyers, and public figures."""

from __future__ import annotations

import datetime
import functools
from collections.abc import Sequence
from typing import TYPE_CHECKING

from serving.cases.service import Cases, hash_link
from serving.clock import utc_now
from serving.errors import QuarterNotOver, ReportChangeSmall
from serving.principal import Principal
from serving.schemas.checks import utc_text
from serving.schemas.enforcement.complaints import (
    BuyersNotice,
    BuyersNoticeSent,
    Complaint,
    ComplaintDecisionSent,
    ComplaintSent,
)
from serving.schemas.enforcement.transparency import ReportFigures, TransparencyReport
from serving.store.store import Store
from serving.store.transparency.report_rows import StoredReport
from serving.store.transparency.statement_rows import StoredStatement
from serving.transparency.buyers import buyers_notice
from serving.transparency.complaints import contested_decision, require_person, reversal_of
from serving.transparency.config import TransparencySettings, token_of
from serving.transparency.delivery.sender import StatementSender
from serving.transparency.report.annual import Part, annual_csv, today_of
from serving.transparency.report.differencing import counts_of, small_changes
from serving.transparency.report.figures import figures_of
from serving.transparency.report.period import Period, quarter_of, year_of
from serving.transparency.report.production import estimate_production
from serving.transparency.report.suppression import THRESHOLD
from serving.transparency.statements.stored import maker_of

if TYPE_CHECKING:
    from serving.transparency.delivery.connector import Connector


class Duties:
    """What routes ask for; `sender` makes and sends statements."""

    def __init__(self, store: Store, settings: TransparencySettings, sender: StatementSender) -> None:
        self._store = store
        self._cases = Cases(store.case_rows)
        self._settings = settings
        self.sender = sender

    async def draft(self, quarter: str) -> TransparencyReport:
        """Compute the figures of a quarter as they would be published now; raises QuarterInvalid."""
        period, now = quarter_of(quarter), utc_now()
        return _report(period, await self._figures(period, now), now)

    async def publish(self, principal: Principal, quarter: str) -> TransparencyReport:
        """Publish the figures of a quarter that is over.

        Raises QuarterInvalid, QuarterNotOver, or ReportChangeSmall where what changed since would tell of few.
        """
        period, now = quarter_of(quarter), utc_now()
        if now < period.until:
            raise QuarterNotOver(f"{quarter} ends at {utc_text(period.until)}; its figures may be published then")
        figures = await self._figures(period, now)
        content = figures.model_dump_json()
        rows = self._store.report_rows
        require = functools.partial(_require_no_small_change, figures)
        return _published(period, await rows.publish(principal, quarter, content, now, now, require))

    async def published(self, quarter: str, version: int | None = None) -> TransparencyReport:
        """Give figures as they were published; raises QuarterInvalid or ReportNotFound."""
        period = quarter_of(quarter)
        return _published(period, await self._store.report_rows.find(quarter, version))

    async def withdraw(self, principal: Principal, quarter: str) -> None:
        """Show no figures of a quarter any more; raises QuarterInvalid or ReportNotFound."""
        await self._store.report_rows.withdraw(principal, quarter_of(quarter).name, utc_now())

    async def annual(self, part: Part, year: str, *, exact: bool) -> str:
        """Give a part of the annual template as CSV; raises QuarterInvalid."""
        period = year_of(year)
        precision, recall = await estimate_production(self._store.test_buys.plans, period)
        rows = self._store.figure_rows
        counted = await rows.count_year(period.since, period.until, precision=precision, recall=recall)
        found = await self._store.report_rows.find_published(period.quarters)
        quarters = [counts_of(_figures_in(found[name])) if name in found else None for name in period.quarters]
        today = today_of(utc_now())
        reporter = self._settings.reporter
        return annual_csv(part, period, counted, reporter, exact=exact, today=today, quarters=quarters)

    async def complain(self, principal: Principal, case_id: str, sent: ComplaintSent) -> Complaint:
        """Take a complaint; raises CaseNotFound, ComplaintNotPossible or ComplaintTooLate."""
        now = utc_now()
        return await self._store.complaint_rows.add(
            principal, case_id, sent.side, sent.text, lambda case: contested_decision(case, sent.side, now), now
        )

    async def complain_by_link(self, token: str, text: str) -> None:
        """Take a seller's complaint by the link of its notice.

        Raises CaseNoticeNotFound, ComplaintNotPossible or ComplaintTooLate.
        """
        now = utc_now()
        rows = self._store.complaint_rows
        await rows.add_by_link(hash_link(token), text, lambda case: contested_decision(case, "seller", now), now)

    async def decide_complaint(self, principal: Principal, complaint_id: str, sent: ComplaintDecisionSent) -> Complaint:
        """Decide a complaint; a reversed decision is taken back. Raises PersonRequired and what the rows raise."""
        require_person(principal)
        now = utc_now()
        return await self._store.complaint_rows.decide(
            principal,
            complaint_id,
            sent.outcome,
            sent.reason,
            lambda decision, case: reversal_of(decision, sent.reason, case, now),
            now,
        )

    async def buyers_notice(self, principal: Principal, case_id: str) -> BuyersNotice:
        """Give what buyers are to be informed of; raises CaseNotFound or BuyersNoticeNotDue."""
        case = await self._cases.find(principal, case_id)
        record = await self._store.buyers_notice_rows.find(principal, case_id)
        return buyers_notice(case, record, by_country=self._settings.by_country)

    async def record_buyers_notice(self, principal: Principal, case_id: str, sent: BuyersNoticeSent) -> BuyersNotice:
        """Record that buyers were informed; raises CaseNotFound or BuyersNoticeNotDue."""
        await self.buyers_notice(principal, case_id)
        await self._store.buyers_notice_rows.record(principal, case_id, sent.way, sent.buyers, utc_now())
        return await self.buyers_notice(principal, case_id)

    async def rewrite_statement(self, principal: Principal, statement_id: str, facts: str) -> StoredStatement:
        """Make a statement anew with words on the facts; raises StatementNotFound, StatementSent, StatementRefused."""
        make = maker_of(self._settings.policy)
        return await self._store.statement_rows.rewrite(principal, statement_id, facts, make, utc_now())

    async def _figures(self, period: Period, now: datetime.datetime) -> ReportFigures:
        precision, recall = await estimate_production(self._store.test_buys.plans, period)
        rows = self._store.figure_rows
        counted = await rows.count_period(period.since, period.until, now, precision=precision, recall=recall)
        return figures_of(counted)


def open_duties(store: Store, settings: TransparencySettings) -> Duties:
    """Open the duties by the settings; raises ConfigError where statements are to be sent and the token is missing."""
    token = token_of(settings)
    make_connector = functools.partial(_open_connector, settings, token) if settings.statements_url else None
    sender = StatementSender(store.statement_rows, settings, make_connector)
    return Duties(store, settings, sender)


def _open_connector(settings: TransparencySettings, token: str) -> Connector:
    from serving.transparency.delivery.connector import HttpConnector  # with its client: for servers that send

    return HttpConnector(settings.statements_url, token, settings.timeout_s)


def _require_no_small_change(figures: ReportFigures, versions: Sequence[StoredReport]) -> None:
    """Raise ReportChangeSmall where readers of an earlier version would learn of a small change."""
    for one in versions:
        changes = small_changes(counts_of(_figures_in(one)), counts_of(figures))
        if changes:
            listed = ", ".join(f"{name} by {by:+d}" for name, by in changes[:5])
            more = f" and {len(changes) - 5} more" if len(changes) > 5 else ""
            raise ReportChangeSmall(
                f"figures of {one.quarter} changed since version {one.version} by less than {THRESHOLD}: "
                f"{listed}{more}. Who has both versions would see what small counts are hidden for; publish when each "
                f"change is 0 or at least {THRESHOLD}, and leave version {one.version} until then"
            )


def _figures_in(stored: StoredReport) -> ReportFigures:
    return ReportFigures.model_validate_json(stored.content)


def _report(period: Period, figures: ReportFigures, computed_at: datetime.datetime) -> TransparencyReport:
    return TransparencyReport(
        quarter=period.name,
        since=utc_text(period.since),
        until=utc_text(period.until),
        version=None,
        computed_at=utc_text(computed_at),
        published_at=None,
        figures=figures,
    )


def _published(period: Period, stored: StoredReport) -> TransparencyReport:
    draft = _report(period, _figures_in(stored), stored.computed_at)
    return draft.model_copy(update={"version": stored.version, "published_at": utc_text(stored.published_at)})
