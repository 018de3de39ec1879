"""Endpoints of webhooks, as their owners make and change them."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from serving.clock import utc_now
from serving.errors import RequestInvalid, WebhookUrlRefused
from serving.fetch.addresses import AddressRules
from serving.fetch.errors import FetchError
from serving.fetch.hosts import HostRules
from serving.principal import Principal
from serving.schemas.webhooks import Webhook, WebhookChange, WebhookRotationSent, WebhookSent, WebhookWithSecret
from serving.store.webhooks.endpoint_rows import EndpointRows, NewEndpoint
from serving.webhook_signature import new_secret, new_signing_key
from serving.webhooks.config import WebhookSettings
from serving.webhooks.endpoint_url import require_url


class Endpoints:
    """Makes and changes endpoints; a URL that nothing may be delivered to is refused at once."""

    def __init__(self, rows: EndpointRows, settings: WebhookSettings) -> None:
        self._rows = rows
        self._hosts: HostRules = settings.host_rules
        self._addresses: AddressRules = settings.address_rules
        self._allow_http = settings.allow_http
        self._max_endpoints = settings.max_endpoints

    async def add(self, principal: Principal, sent: WebhookSent) -> WebhookWithSecret:
        """Make an endpoint; raises WebhookUrlRefused, RequestInvalid or TooManyWebhooks."""
        self._require_url(sent.url, of_operator=principal.is_operator)
        _require_own(principal, sent.products)
        secret, signing_key = new_secret(), new_signing_key()
        new = NewEndpoint(sent=sent, keys=(secret, signing_key))
        made = await self._rows.add(principal, new, utc_now(), self._max_endpoints)
        return _with_secret(made, secret)

    async def change(self, principal: Principal, endpoint_id: str, sent: WebhookChange) -> Webhook:
        """Change what was sent; raises WebhookNotFound, WebhookUrlRefused or RequestInvalid."""
        values = sent.model_dump(include=sent.model_fields_set)
        required = [name for name in ("url", "description", "ordered", "enabled") if values.get(name, "") is None]
        if required:
            raise RequestInvalid(f"{required[0]}: may not be null", [(required[0], "may not be null")])
        if sent.url is not None:
            owner_id = (await self._rows.find(principal, endpoint_id)).member_id
            self._require_url(sent.url, of_operator=owner_id is None)
        _require_own(principal, sent.products)
        return await self._rows.change(principal, endpoint_id, values, utc_now())

    async def rotate(self, principal: Principal, endpoint_id: str, sent: WebhookRotationSent) -> WebhookWithSecret:
        """Give an endpoint new keys; those before sign too for the hours that were sent. Raises WebhookNotFound."""
        secret, signing_key = new_secret(), new_signing_key()
        until = utc_now() + datetime.timedelta(hours=sent.keep_previous_h)
        return _with_secret(await self._rows.rotate(principal, endpoint_id, (secret, signing_key), until), secret)

    def _require_url(self, url: str, *, of_operator: bool) -> None:
        addresses = self._addresses if of_operator else self._addresses.without_exceptions()
        try:
            require_url(url, self._hosts, allow_http=self._allow_http, addresses=addresses)
        except FetchError as error:
            raise WebhookUrlRefused(f"url: {error.message}") from error


def _with_secret(webhook: Webhook, secret: str) -> WebhookWithSecret:
    return WebhookWithSecret(**webhook.model_dump(), secret=secret)


def _require_own(principal: Principal, products: Sequence[str] | None) -> None:
    foreign = [product for product in products or () if not principal.sees(product)]
    if foreign:
        message = f"{foreign[0]!r} is none of your products"
        raise RequestInvalid(f"products: {message}", [("products", message)])
