"""The JSON of a marketplace's duties: public figures, statements of reasons, complaints, notices to buyers."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, JsonValue

from serving.schemas.checks import Answered, Sent
from serving.schemas.enforcement.plain_text import PlainText

Automation = Literal["none", "partly", "fully"]  # of a decision; finding by automated means is another field
StatementState = Literal["waiting", "sent", "refused"]
TableKey = Literal[
    "requests_by_source",
    "requests_by_ground",
    "requests_by_country",
    "requests_by_category",
    "requests_by_outcome",
    "decisions",
    "complaints_by_side",
    "complaints_by_outcome",
    "checks_by_outcome",
    "flags_by_review",
    "statements",
]
ShareKey = Literal["in_time", "upheld", "complaints_reversed", "flags_confirmed"]
EstimateKey = Literal["precision", "recall"]


class ReportCell(Answered):
    """A count of a table."""

    key: str = Field(description="What is counted.")
    count: int | None = Field(description="How many; null where it is hidden.")
    hidden: bool = Field(description="Whether it is hidden, so that nobody is recognised: it is above 0.")


class ReportTable(Answered):
    """Counts that add up to a total."""

    key: TableKey = Field(description="What the table has.")
    total: ReportCell = Field(description="The sum of the counts.")
    cells: list[ReportCell] = Field(description="The counts.")


class ReportShare(Answered):
    """A share with Wilson's 95 % interval."""

    key: ShareKey = Field(description="Which share.")
    share: float | None = Field(description="0 to 1; null where it is hidden or there is nothing to count.")
    low: float | None = Field(description="Lower end of the 95 % interval.")
    high: float | None = Field(description="Upper end of the 95 % interval.")
    n: int | None = Field(description="Of how many; null where it is hidden.")
    hidden: bool = Field(description="Whether it is hidden, since a count could be computed from it.")


class ReportEstimate(Answered):
    """An estimate for all checks, from test buys weighted by how each was drawn."""

    key: EstimateKey = Field(description="Which figure of the detector.")
    value: float | None = Field(description="0 to 1; null where it is hidden or undefined.")
    low: float | None = Field(description="Lower end of the 95 % interval.")
    high: float | None = Field(description="Upper end of the 95 % interval.")
    n: int | None = Field(description="From how many examined test buys; null where it is hidden.")
    hidden: bool = Field(description="Whether it is hidden, since it rests on too few test buys.")


class ReportFigures(Answered):
    """The figures of a quarter. No seller and no member is named in them."""

    tables: list[ReportTable] = Field(description="Counts.")
    shares: list[ReportShare] = Field(description="Shares with their intervals.")
    median_hours: float | None = Field(description="Median hours from request to first decision; null where hidden.")
    listings_restricted: int | None = Field(description="Listings of upheld requests; null where hidden.")
    counter_notices: int | None = Field(description="Counter-notices of sellers; null where hidden.")
    reinstated: int | None = Field(description="Requests whose listings were put back; null where hidden.")
    estimates: list[ReportEstimate] = Field(description="Precision and recall in production.")
    rule: str = Field(description="By which rule counts are hidden, in words.")


class TransparencyReport(Answered):
    """The figures of a quarter as they were published, or a draft of them."""

    quarter: str = Field(description="The quarter, such as 2026-Q1.")
    since: str = Field(description="Its first moment, in UTC.")
    until: str = Field(description="The first moment after it, in UTC.")
    version: int | None = Field(description="Counts publications of the quarter, from 1; null for a draft.")
    computed_at: str = Field(description="When the figures were computed.")
    published_at: str | None = Field(description="When they were published; null for a draft.")
    figures: ReportFigures = Field(description="The figures.")


class PublishedReport(Answered):
    """That figures of a quarter are published."""

    quarter: str = Field(description="The quarter, such as 2026-Q1.")
    version: int = Field(description="The latest version.")
    published_at: str = Field(description="When that was published.")


class PublishedReportList(Answered):
    """What is published."""

    reports: list[PublishedReport] = Field(description="The quarters, latest first.")


class StatementFactsSent(Sent):
    """Words of the operator on the facts of a statement of reasons."""

    facts: PlainText = Field(
        description="Added to the standard text, at most 3,000 characters; it is published, so it must name nobody. "
        "Empty takes added words back."
    )


class ReasonsStatement(Answered):
    """A statement of reasons, and what came of sending it."""

    statement_id: str = Field(description="Id of the statement.")
    case_id: str = Field(description="The case whose decision it explains.")
    position: int = Field(description="The listing's place in the case.")
    created_at: str = Field(description="When it was made, in UTC.")
    state: StatementState = Field(description="`waiting` to be sent, `sent`, or `refused` by the database.")
    attempts: int = Field(description="How often it was sent.")
    due_at: str | None = Field(description="When it is sent next; null where it is not.")
    sent_at: str | None = Field(description="When the database took it.")
    database_uuid: str | None = Field(description="The database's own id.")
    status: int | None = Field(description="HTTP status of the database's last answer.")
    answer: str = Field(description="What is wrong, in the words of the database.")
    facts_added: str = Field(description="Words of the operator on the facts.")
    statement: dict[str, JsonValue] = Field(description="The fields of the database, as they are sent.")


class ReasonsStatementPage(Answered):
    """A page of statements of reasons, oldest first."""

    statements: list[ReasonsStatement] = Field(description="The statements of this page.")
    next_cursor: str | None = Field(description="Send it as `cursor` for the page after; null on the last one.")
    counts: dict[str, int] = Field(description="How many statements there are in each state.")
    sends: bool = Field(description="Whether this server sends them; where not, export them.")
