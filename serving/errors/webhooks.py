"""Errors of events and webhooks."""

from __future__ import annotations

from typing import ClassVar

from serving.errors.base import RequestRefused


class WebhookNotFound(RequestRefused):
    code: ClassVar[str] = "webhook_not_found"
    status: ClassVar[int] = 404
    title: ClassVar[str] = "No such webhook"


class EventNotFound(RequestRefused):
    code: ClassVar[str] = "event_not_found"
    status: ClassVar[int] = 404
    title: ClassVar[str] = "No such event"


class WebhookUrlRefused(RequestRefused):
    """The server does not deliver to this address."""

    code: ClassVar[str] = "webhook_url_refused"
    title: ClassVar[str] = "The webhook's URL is refused"


class TooManyWebhooks(RequestRefused):
    code: ClassVar[str] = "too_many_webhooks"
    status: ClassVar[int] = 409
    title: ClassVar[str] = "Too many webhooks"


class WebhookDisabled(RequestRefused):
    code: ClassVar[str] = "webhook_disabled"
    status: ClassVar[int] = 409
    title: ClassVar[str] = "The webhook is switched off"
