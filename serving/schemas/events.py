"""The JSON of events: what happened on this server, as webhooks deliver it and as it is read by polling."""

from __future__ import annotations

from typing import Literal, get_args

from pydantic import Field, JsonValue

from serving.schemas.checks import Answered

EventType = Literal[
    "check.completed",
    "review.decided",
    "review.withdrawn",
    "bundle.activated",
    "job.completed",
    "case.opened",
    "case.moved",
    "case.evidence_sent",
    "case.paused",
    "case.resumed",
    "case.due_soon",
    "case.due_moved",
    "case.escalated",
    "case.reminder",
    "evidence.exported",
    "complaint.received",
    "complaint.decided",
    "statement.refused",
    "report.published",
    "cluster.link_removed",
    "cluster.link_restored",
    "fast_track.changed",
    "misuse.warned",
    "misuse.suspended",
    "misuse.lifted",
    "test_buy_plan.proposed",
    "test_buy_plan.accepted",
    "test_buy.moved",
    "test_buy.photo_added",
    "checklist.changed",
    "webhook.disabled",
    "webhook.test",
    "group.created",
    "group.terms_changed",
    "group.invited",
    "group.agreed",
    "group.left",
    "group.items_shared",
    "group.items_withdrawn",
    "group.match",
]
EVENT_TYPES: frozenset[str] = frozenset(get_args(EventType))


class Event(Answered):
    """Something that happened. A webhook's body is this object, and it is the same on each attempt.

    `data` of `check.completed` is the check as it was answered, with `seller_id`. What no longer fits, or was deleted
    since, is left out and named in `left_out`.
    """

    id: str = Field(description="Id of the event, which is also its `webhook-id`.")
    sequence: int = Field(description="Its place among all events of this server; a later one has a larger number.")
    type: str = Field(description="What happened; docs/webhooks.md lists the types, and more may be added.")
    timestamp: str = Field(description="When it happened, in UTC.")
    product: str | None = Field(description="The product that it is about; null where it is about none or several.")
    data: dict[str, JsonValue] = Field(description="The facts, by type.")
    left_out: list[str] = Field(
        default_factory=list,
        description="Fields of `data` that were left out: they are too large, or their check was deleted.",
    )


class EventPage(Answered):
    """A page of events, oldest first."""

    events: list[Event] = Field(description="The events of this page, oldest first; it may be empty.")
    next_cursor: str = Field(description="Send it as `cursor` for what follows, also where nothing follows yet.")
    has_more: bool = Field(description="Whether more is there now; where not, wait before the next request.")
