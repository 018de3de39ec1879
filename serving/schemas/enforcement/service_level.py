"""The JSON of the service level: how many cases were decided within 24 business hours."""

from __future__ import annotations

from pydantic import Field

from serving.schemas.checks import Answered


class ServiceShare(Answered):
    """How many cases were decided in time, of those that were decided or should have been by now.

    `share` is `in_time / (in_time + late + overdue)`, null where that is of none. `low` and `high` are its 95 %
    interval (Wilson's score interval).
    """

    cases: int = Field(description="Cases that were received.")
    in_time: int = Field(description="Of these, first decided within 24 business hours.")
    late: int = Field(description="First decided after more than 24 business hours.")
    overdue: int = Field(description="Not decided yet, and more than 24 business hours have passed.")
    pending: int = Field(description="Not decided yet, within their hours or waiting for an answer: in no share.")
    withdrawn: int = Field(description="Withdrawn before a decision: in no share.")
    share: float | None = Field(description="The share decided in time.")
    low: float | None = Field(description="Lower end of its interval.")
    high: float | None = Field(description="Upper end of its interval.")
    meets_benchmark: bool | None = Field(
        description="True where the whole interval reaches the benchmark, false where none of it does, null between."
    )


class ServiceGroup(ServiceShare):
    """The share of the cases that have one thing in common."""

    value: str | None = Field(
        description="Id of a member, a category, a country, or the Monday of a week; null for the operator's findings, "
        "and for the category of a member that was removed."
    )
    name: str | None = Field(default=None, description="Name of a member; null for other groups.")


class ServiceLevel(Answered):
    """The service level of the cases received in a period, computed from the cases as they are now."""

    at: str = Field(description="When it was computed, in UTC: what is overdue depends on it.")
    since: str | None = Field(description="Cases received from then on; null for all.")
    until: str | None = Field(description="Cases received before then; null for all.")
    hours: int = Field(description="Business hours in which a case is to be decided.")
    benchmark: float = Field(description="The share that it is compared with.")
    total: ServiceShare = Field(description="All these cases.")
    by_member: list[ServiceGroup] = Field(description="By the member that notified, the largest number first.")
    by_category: list[ServiceGroup] = Field(description="By the industry of that member, the largest number first.")
    by_country: list[ServiceGroup] = Field(description="By the country of the case, the largest number first.")
    by_week: list[ServiceGroup] = Field(description="By the week of receipt, Monday to Sunday in UTC, oldest first.")


class LateCase(Answered):
    """A case that was not decided in time."""

    case_id: str = Field(description="Id of the case.")
    created_at: str = Field(description="When it was received, in UTC.")
    member_id: str | None = Field(description="The member that notified; null for the operator's own finding.")
    product: str = Field(description="The product.")
    country: str = Field(description="The country whose business hours count.")
    state: str = Field(description="Where it stands.")
    due_at: str | None = Field(description="When the first decision was due, in UTC.")
    due_calendar: str | None = Field(description="The calendar by which that was computed.")
    decided_at: str | None = Field(description="When it came; null while it is still to come.")
    late_by_h: float | None = Field(
        description="By how many business hours, until now where it is still to come; null where the calendar does not "
        "reach so far."
    )


class LateCasePage(Answered):
    """A page of the list of late cases, newest first."""

    cases: list[LateCase] = Field(description="The cases of this page.")
    next_cursor: str | None = Field(description="Send it as `cursor` for the page after; null on the last one.")
