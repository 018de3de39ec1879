"""Webhooks as their receiver gets them: verified, and read as events."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence

from pydantic import ValidationError

from serving.client.errors import ClientError
from serving.schemas.events import Event
from serving.webhook_signature import SignatureInvalid, verify


class WebhookInvalid(ClientError):
    """The webhook is not signed by any of the keys, or its time is too far from now: answer 401 and ignore it."""


def read_webhook(
    keys: Sequence[str], headers: Mapping[str, str], body: bytes, *, now: datetime.datetime | None = None
) -> Event:
    """Verify a webhook by secrets (`whsec_…`) and public keys (`whpk_…`), and give its event; raises WebhookInvalid.

    `body` is the bytes as received. ValueError: a key is neither of the two.
    """
    try:
        verify(keys, headers, body, now=now)
        return Event.model_validate_json(body)
    except SignatureInvalid as error:
        raise WebhookInvalid(str(error)) from error
    except ValidationError as error:
        raise WebhookInvalid("the body is signed, but it is not an event of this API") from error
