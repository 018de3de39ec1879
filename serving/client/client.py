"""A typed client of the HTTP API, sync and async, that retries what is safe to retry.

    with Client("http://127.0.0.1:8000") as client:
        check = client.check(["front.jpg", "label.jpg"], listing_id="4711")
        print(check.outcome, check.authenticity)

    async with AsyncClient("http://127.0.0.1:8000") as client:
        async for check in client.checks(outcome="review"):
            print(check.listing_id)

Both have the same methods, written once (`steps.py`); `errors.py` has what they raise.
"""

from __future__ import annotations

from types import TracebackType
from typing import Any, Self

import httpx

from serving.client.accounts import AccountCalls
from serving.client.audit_log import AuditCalls
from serving.client.bundles import AsyncBundleClient, BundleClient
from serving.client.calls import Call, Retries
from serving.client.checks import CheckCalls
from serving.client.events import EventCalls
from serving.client.jobs import JobCalls
from serving.client.steps import AsyncSender, Method, Steps, SyncSender
from serving.client.webhook_endpoints import WebhookCalls
from serving.schemas.erasures import ErasureState
from serving.schemas.loaded_bundles import BundleList

DEFAULT_URL = "http://127.0.0.1:8000"
DEFAULT_RETRIES = Retries()


class ApiCalls(CheckCalls, JobCalls, EventCalls, AuditCalls, WebhookCalls, AccountCalls):
    """All calls of the API that need no further name."""

    @Method
    def bundles(self) -> Steps[BundleList]:
        """Give the bundles that serve."""
        return self._read(Call(method="GET", path="/v1/bundles"), BundleList)

    @Method
    def erase_seller(self, seller_id: str) -> Steps[ErasureState]:
        """Erase what the server has of a seller; keep the answer's `receipt`, which proves it and is given once.

        A seller with many checks takes minutes: pass the client a `timeout_s` to match. The server goes on in any case.
        """
        return self._read(Call(method="POST", path="/v1/erasures", json={"seller_id": seller_id}), ErasureState)


class Client(ApiCalls, SyncSender):
    """A client of one server; threads may share it. Raises ClientError.

    `timeout_s` bounds one attempt, and `retries` says how many there are.
    """

    def __init__(
        self,
        url: str = DEFAULT_URL,
        *,
        api_key: str | None = None,
        timeout_s: float = 60.0,
        retries: Retries = DEFAULT_RETRIES,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        http = httpx.Client(**_options(url, api_key, timeout_s), transport=transport)
        super().__init__(http, timeout_s=timeout_s, retries=retries)

    def bundle(self, name: str) -> BundleClient:
        """Give the calls about the bundles under a name."""
        return BundleClient(self._http, name, timeout_s=self._timeout_s, retries=self._retries)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self.close()


class AsyncClient(ApiCalls, AsyncSender):
    """The same for asyncio, of one event loop; its tasks may share it. Raises ClientError."""

    def __init__(
        self,
        url: str = DEFAULT_URL,
        *,
        api_key: str | None = None,
        timeout_s: float = 60.0,
        retries: Retries = DEFAULT_RETRIES,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        http = httpx.AsyncClient(**_options(url, api_key, timeout_s), transport=transport)
        super().__init__(http, timeout_s=timeout_s, retries=retries)

    def bundle(self, name: str) -> AsyncBundleClient:
        """Give the calls about the bundles under a name."""
        return AsyncBundleClient(self._http, name, timeout_s=self._timeout_s, retries=self._retries)

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        await self.close()


def _options(url: str, api_key: str | None, timeout_s: float) -> dict[str, Any]:
    if not url.lower().startswith(("http://", "https://")):
        raise ValueError(f"url is {url!r}; write it with http:// or https://")
    headers = {"User-Agent": "touchstone-client"}
    if api_key is not None:
        if not (api_key.isascii() and api_key.isprintable() and api_key.strip()):
            raise ValueError("api_key is empty, or has a character that no key has, such as a line's end")
        headers["Authorization"] = f"Bearer {api_key}"
    return {"base_url": url, "headers": headers, "timeout": timeout_s}
