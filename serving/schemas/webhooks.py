"""The JSON of webhooks: endpoints, and the log of what was delivered to them."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from serving.schemas.checks import Answered, Name, Note, Sent
from serving.schemas.events import EVENT_TYPES, EventType

DeliveryState = Literal["waiting", "delivered", "failed"]
DisabledReason = Literal["by_owner", "gone", "failing"]
Url = Annotated[str, Field(min_length=1, max_length=4096)]
Types = Annotated[list[EventType], Field(min_length=1, max_length=len(EVENT_TYPES))]
Products = Annotated[list[Name], Field(min_length=1, max_length=1000)]


class WebhookSent(Sent):
    """An endpoint to deliver to."""

    url: Url = Field(description="Where to deliver: https, a public host, no user name.")
    description: Note = Field(default="", description="What it is for, in your words; may be empty.")
    types: Types | None = Field(default=None, description="Types of event to deliver; null for all.")
    products: Products | None = Field(
        default=None, description="Only events about these products, and those about none; null for all that you see."
    )
    ordered: bool = Field(
        default=False,
        description="Deliver one after another in order of `sequence`; each waits until the one before was delivered "
        "or given up. False: several at once, in no order.",
    )


class WebhookChange(Sent):
    """What to change of an endpoint; what is not sent stays."""

    url: Url | None = Field(default=None, description="Another address.")
    description: Note | None = Field(default=None, description="Another description.")
    types: Types | None = Field(default=None, description="Other types; null for all.")
    products: Products | None = Field(default=None, description="Other products; null for all that you see.")
    ordered: bool | None = Field(default=None, description="Whether to deliver in order.")
    enabled: bool | None = Field(
        default=None,
        description="False stops deliveries; true goes on with what happened meanwhile, as far as it is kept.",
    )


class WebhookRotationSent(Sent):
    """How to replace the keys of an endpoint."""

    keep_previous_h: float = Field(
        default=24, ge=0, le=24 * 30, description="Hours in which the previous keys sign too, so that none is refused."
    )


class WebhookReplaySent(Sent):
    """What to deliver again: one event, or those of a range."""

    event_id: Name | None = Field(default=None, description="Id of one event.")
    since: str | None = Field(default=None, description="Events from this RFC 3339 time or date on.")
    until: str | None = Field(default=None, description="Events before this time; null for all until now.")
    only_undelivered: bool = Field(default=False, description="Leave out those that were delivered.")

    @model_validator(mode="after")
    def name_one(self) -> Self:
        if (self.event_id is None) == (self.since is None):
            raise ValueError("name one event by event_id, or a range by since, and not both")
        return self


class Webhook(Answered):
    """An endpoint, and how its deliveries go."""

    webhook_id: str = Field(description="Id of the endpoint.")
    created_at: str = Field(description="When it was made, in UTC.")
    member_id: str | None = Field(description="The member that it belongs to; null for the operator.")
    url: str = Field(description="Where events are delivered.")
    description: str = Field(description="What it is for; may be empty.")
    types: list[str] | None = Field(description="Types of event that are delivered; null for all.")
    products: list[str] | None = Field(description="Products whose events are delivered; null for all that you see.")
    ordered: bool = Field(description="Whether events are delivered in order of `sequence`.")
    enabled: bool = Field(description="Whether events are delivered.")
    disabled_at: str | None = Field(description="When deliveries stopped; null where they have not.")
    disabled_reason: DisabledReason | None = Field(
        description="`by_owner`; `gone`: it answered 410; `failing`: every attempt of 5 days failed."
    )
    public_key: str = Field(description="Public key (`whpk_…`) of the `v1a` signatures.")
    previous_keys_until: str | None = Field(description="Until when the previous keys sign too; null where none do.")
    waiting: int = Field(description="Events that wait for delivery.")
    oldest_waiting_at: str | None = Field(description="When the oldest waiting event happened; null where none waits.")
    failing_since: str | None = Field(description="First failure since the latest success; null where it works.")
    paused_until: str | None = Field(description="Nothing is sent before, since it failed or asked so; null: no pause.")


class WebhookWithSecret(Webhook):
    """An endpoint with its new secret, which is shown this once."""

    secret: str = Field(description="Secret (`whsec_…`) of the `v1` signatures; keep it now, it is not shown again.")


class WebhookList(Answered):
    """All endpoints that the caller may see."""

    webhooks: list[Webhook] = Field(description="The endpoints, oldest first.")


class DeliveryAttempt(Answered):
    """One attempt at a delivery."""

    started_at: str = Field(description="When it began, in UTC.")
    duration_ms: int = Field(description="Milliseconds until its result.")
    status: int | None = Field(description="HTTP status of the answer; null where none came.")
    code: str = Field(description="What came of it; docs/webhooks.md lists the codes.")
    answer: str = Field(description="The first 1,000 characters of the answer's body.")


class Delivery(Answered):
    """One event for one endpoint."""

    event_id: str = Field(description="Id of the event, which is also its `webhook-id`.")
    sequence: int = Field(description="Number of the event.")
    type: str | None = Field(description="Type of the event; null where it is not kept any more.")
    state: DeliveryState = Field(description="`failed` means given up; replay it to try again.")
    next_attempt_at: str | None = Field(description="When it is tried next; null where it is not.")
    attempts: list[DeliveryAttempt] = Field(description="The attempts that are kept, oldest first.")


class DeliveryPage(Answered):
    """A page of the log of deliveries, newest event first."""

    deliveries: list[Delivery] = Field(description="The deliveries of this page.")
    next_cursor: str | None = Field(description="Send it as `cursor` for the page after; null on the last one.")


class TestSent(Answered):
    """A test event that will be delivered."""

    __test__ = False  # no class of tests

    event_id: str = Field(description="Id of the test event; the log of deliveries has what came of it.")


class WebhookReplayed(Answered):
    """How much will be delivered again."""

    deliveries: int = Field(description="How many events wait for delivery now because of this request.")
