"""A small typed client of the HTTP contract, sync and async, that retries what is safe to retry.

    with Client("http://127.0.0.1:8000") as client:
        check = client.check(["front.jpg", "label.jpg"], listing_id="4711")
        print(check.outcome, check.authenticity)

ClientError
 ├─ ProblemAnswered   the server answered with a problem: act on `code`, show `detail`
 └─ Unreachable       no attempt was answered
"""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self, Unpack

import httpx

from serving.client.bundles import AsyncBundleClient, BundleClient
from serving.client.calls import (
    Call,
    ClientError,
    ListFilters,
    ProblemAnswered,
    Retries,
    Unreachable,
    check_call,
    counts_call,
    delete_call,
    get_call,
    list_call,
    picture_call,
    review_call,
    withdrawal_call,
)
from serving.schemas.check_lists import CheckCounts, CheckSort
from serving.schemas.checks import Check, CheckPage, CheckRecord, Decision, NearestReference, PhotoCrops, Review
from serving.schemas.loaded_bundles import BundleList

__all__ = ["AsyncClient", "Client", "ClientError", "ProblemAnswered", "Retries", "Unreachable"]

Photo = bytes | str | Path
DEFAULT_URL = "http://127.0.0.1:8000"
DEFAULT_RETRIES = Retries()


class Client:
    """A client of one server; threads may share it. Raises ClientError."""

    def __init__(
        self,
        url: str = DEFAULT_URL,
        *,
        api_key: str | None = None,
        timeout_s: float = 60.0,
        retries: Retries = DEFAULT_RETRIES,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._http = httpx.Client(base_url=url, headers=_key_header(api_key), timeout=timeout_s, transport=transport)
        self._timeout_s = timeout_s
        self._retries = retries

    def check(
        self,
        photos: Sequence[Photo],
        *,
        listing_id: str | None = None,
        seller_id: str | None = None,
        product: str | None = None,
        views: Sequence[str | None] | None = None,
        attributes: Mapping[str, Any] | None = None,
        idempotency_key: str | None = None,
    ) -> Check:
        """Judge 1 to 12 photos of one item, given as bytes or paths.

        Every attempt has the same Idempotency-Key, so a check is made once however often the connection breaks.
        """
        listing = _listing(listing_id, seller_id, product, views, attributes)
        call = check_call(_read_all(photos), listing, idempotency_key or str(uuid.uuid4()), self._timeout_s)
        return Check.model_validate_json(self._send(call).content)

    def get(self, check_id: str) -> CheckRecord:
        """Read a check back, with its reviews."""
        return CheckRecord.model_validate_json(self._send(get_call(check_id)).content)

    def list(self, *, sort: CheckSort = "newest", **filters: Unpack[ListFilters]) -> Iterator[CheckRecord]:
        """Iterate over the stored checks that match, in this order; pages are fetched as needed."""
        cursor: str | None = None
        while True:
            call = list_call(filters, sort=sort, cursor=cursor)
            page = CheckPage.model_validate_json(self._send(call).content)
            yield from page.checks
            cursor = page.next_cursor
            if cursor is None:
                return

    def counts(self, **filters: Unpack[ListFilters]) -> CheckCounts:
        """Count the stored checks that match, in all and by the values of each filter."""
        return CheckCounts.model_validate_json(self._send(counts_call(filters)).content)

    def review(
        self, check_id: str, decision: Decision, note: str = "", *, idempotency_key: str | None = None
    ) -> Review:
        """Add a reviewer's decision on a check.

        Every attempt has the same Idempotency-Key, so it is recorded once however often the connection breaks.
        """
        call = review_call(check_id, decision, note, idempotency_key or str(uuid.uuid4()))
        return Review.model_validate_json(self._send(call).content)

    def withdraw(self, check_id: str, review_id: int) -> Review:
        """Withdraw a decision: it stays on record and counts for nothing; the one before it counts again."""
        return Review.model_validate_json(self._send(withdrawal_call(check_id, review_id)).content)

    def delete(self, check_id: str) -> None:
        """Delete a check with those of its photos that no other check has."""
        self._send(delete_call(check_id))

    def photo(self, check_id: str, index: int) -> bytes:
        """Give a photo as JPEG, upright and without metadata."""
        return self._send(picture_call(check_id, index)).content

    def evidence(self, check_id: str, index: int) -> bytes:
        """Give the evidence in a photo as a transparent PNG in the photo's frame."""
        return self._send(picture_call(check_id, index, "/evidence")).content

    def crops(self, check_id: str, index: int) -> PhotoCrops:
        """Give the crops of a photo with the most evidence, each with its nearest references."""
        return PhotoCrops.model_validate_json(self._send(picture_call(check_id, index, "/crops")).content)

    def reference(self, nearest: NearestReference) -> bytes:
        """Give a reference of a crop as JPEG."""
        return self._send(Call(method="GET", path=nearest.url)).content

    def bundles(self) -> BundleList:
        """Give the bundles that serve."""
        return BundleList.model_validate_json(self._send(Call(method="GET", path="/v1/bundles")).content)

    def bundle(self, name: str) -> BundleClient:
        """Give the calls that change the bundles under a name."""
        return BundleClient(self._send, name)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self.close()

    def _send(self, call: Call) -> httpx.Response:
        for attempt in range(1, self._retries.attempts + 1):
            try:
                response = self._http.request(**call.arguments())
            except httpx.TransportError as error:
                wait_s = self._retries.wait_after_error(call, error, attempt)
            else:
                if response.is_success:
                    return response
                wait_s = self._retries.wait_after_answer(call, response, attempt)
            time.sleep(wait_s)
        raise Unreachable("no attempt was allowed; retries.attempts must be at least 1")


class AsyncClient:
    """The same for asyncio. Raises ClientError."""

    def __init__(
        self,
        url: str = DEFAULT_URL,
        *,
        api_key: str | None = None,
        timeout_s: float = 60.0,
        retries: Retries = DEFAULT_RETRIES,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._http = httpx.AsyncClient(
            base_url=url, headers=_key_header(api_key), timeout=timeout_s, transport=transport
        )
        self._timeout_s = timeout_s
        self._retries = retries

    async def check(
        self,
        photos: Sequence[Photo],
        *,
        listing_id: str | None = None,
        seller_id: str | None = None,
        product: str | None = None,
        views: Sequence[str | None] | None = None,
        attributes: Mapping[str, Any] | None = None,
        idempotency_key: str | None = None,
    ) -> Check:
        """See Client.check; photos given as paths are read in a thread."""
        listing = _listing(listing_id, seller_id, product, views, attributes)
        data = await asyncio.to_thread(_read_all, photos)
        call = check_call(data, listing, idempotency_key or str(uuid.uuid4()), self._timeout_s)
        return Check.model_validate_json((await self._send(call)).content)

    async def get(self, check_id: str) -> CheckRecord:
        """See Client.get."""
        return CheckRecord.model_validate_json((await self._send(get_call(check_id))).content)

    async def list(self, *, sort: CheckSort = "newest", **filters: Unpack[ListFilters]) -> AsyncIterator[CheckRecord]:
        """See Client.list."""
        cursor: str | None = None
        while True:
            call = list_call(filters, sort=sort, cursor=cursor)
            page = CheckPage.model_validate_json((await self._send(call)).content)
            for check in page.checks:
                yield check
            cursor = page.next_cursor
            if cursor is None:
                return

    async def counts(self, **filters: Unpack[ListFilters]) -> CheckCounts:
        """See Client.counts."""
        return CheckCounts.model_validate_json((await self._send(counts_call(filters))).content)

    async def review(
        self, check_id: str, decision: Decision, note: str = "", *, idempotency_key: str | None = None
    ) -> Review:
        """See Client.review."""
        call = review_call(check_id, decision, note, idempotency_key or str(uuid.uuid4()))
        return Review.model_validate_json((await self._send(call)).content)

    async def withdraw(self, check_id: str, review_id: int) -> Review:
        """See Client.withdraw."""
        return Review.model_validate_json((await self._send(withdrawal_call(check_id, review_id))).content)

    async def delete(self, check_id: str) -> None:
        """See Client.delete."""
        await self._send(delete_call(check_id))

    async def photo(self, check_id: str, index: int) -> bytes:
        """See Client.photo."""
        return (await self._send(picture_call(check_id, index))).content

    async def evidence(self, check_id: str, index: int) -> bytes:
        """See Client.evidence."""
        return (await self._send(picture_call(check_id, index, "/evidence"))).content

    async def crops(self, check_id: str, index: int) -> PhotoCrops:
        """See Client.crops."""
        return PhotoCrops.model_validate_json((await self._send(picture_call(check_id, index, "/crops"))).content)

    async def reference(self, nearest: NearestReference) -> bytes:
        """See Client.reference."""
        return (await self._send(Call(method="GET", path=nearest.url))).content

    async def bundles(self) -> BundleList:
        """See Client.bundles."""
        return BundleList.model_validate_json((await self._send(Call(method="GET", path="/v1/bundles"))).content)

    def bundle(self, name: str) -> AsyncBundleClient:
        """See Client.bundle."""
        return AsyncBundleClient(self._send, name)

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        await self.close()

    async def _send(self, call: Call) -> httpx.Response:
        for attempt in range(1, self._retries.attempts + 1):
            try:
                response = await self._http.request(**call.arguments())
            except httpx.TransportError as error:
                wait_s = self._retries.wait_after_error(call, error, attempt)
            else:
                if response.is_success:
                    return response
                wait_s = self._retries.wait_after_answer(call, response, attempt)
            await asyncio.sleep(wait_s)
        raise Unreachable("no attempt was allowed; retries.attempts must be at least 1")


def _key_header(api_key: str | None) -> dict[str, str]:
    return {} if api_key is None else {"Authorization": f"Bearer {api_key}"}


def _read_all(photos: Sequence[Photo]) -> list[bytes]:
    return [photo if isinstance(photo, bytes) else Path(photo).read_bytes() for photo in photos]


def _listing(
    listing_id: str | None,
    seller_id: str | None,
    product: str | None,
    views: Sequence[str | None] | None,
    attributes: Mapping[str, Any] | None,
) -> dict[str, Any]:
    listing: dict[str, Any] = {"listing_id": listing_id, "seller_id": seller_id, "product": product}
    if views is not None:
        listing["views"] = [*views]
    if attributes is not None:
        listing["attributes"] = dict(attributes)
    return listing
