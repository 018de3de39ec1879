"""The client's calls about checks: judge a listing, read, list, review, delete."""

from __future__ import annotations

import base64
import json
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, TypedDict, Unpack

from serving.client.calls import Call, part, query
from serving.client.steps import Block, Item, Items, Iteration, Method, Sender, Steps
from serving.schemas.check_lists import CheckCounts, CheckSort, DecisionWanted
from serving.schemas.checks import (
    Check,
    CheckPage,
    CheckRecord,
    Decision,
    NearestReference,
    Outcome,
    PhotoCrops,
    Review,
)

Photo = bytes | str | Path


class ListFilters(TypedDict, total=False):
    """The filters of GET /v1/checks; None filters nothing. Times are text as the API has it, or aware datetimes."""

    listing_id: str | None
    seller_id: str | None
    outcome: Outcome | None
    product: str | None
    decision: DecisionWanted | None
    since: str | datetime | None
    until: str | datetime | None
    reviewed: bool | None
    min_uncertainty: float | None
    queue: bool | None


class CheckCalls(Sender):
    """The calls about checks. Raises ClientError."""

    @Method
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
    ) -> Steps[Check]:
        """Judge 1 to 12 photos of one item: bytes, paths, or http(s) addresses, which the server fetches.

        Every attempt has the same Idempotency-Key, so a check is made once however often the connection breaks. With a
        key of your own, such as a listing's id and version, that holds across restarts of your program too.
        """
        listing = listing_fields(listing_id, seller_id, product, views, attributes)
        sent = yield Block(lambda: [photo_sent(photo) for photo in photos])
        return (yield from self._read(check_call(sent, listing, idempotency_key or str(uuid.uuid4())), Check))

    @Method
    def get(self, check_id: str) -> Steps[CheckRecord]:
        """Read a check back, with its reviews."""
        return self._read(Call(method="GET", path=_path(check_id)), CheckRecord)

    @Iteration
    def checks(self, *, sort: CheckSort = "newest", **filters: Unpack[ListFilters]) -> Items[CheckRecord]:
        """Iterate over the stored checks that match, in this order; pages are fetched as needed."""
        cursor: str | None = None
        while True:
            params = query({**filters, "sort": sort, "cursor": cursor})
            page = yield from self._read(Call(method="GET", path="/v1/checks", params=params), CheckPage)
            for check in page.checks:
                yield Item(check)
            cursor = page.next_cursor
            if cursor is None:
                return

    list = checks  # the earlier name

    @Method
    def counts(self, **filters: Unpack[ListFilters]) -> Steps[CheckCounts]:
        """Count the stored checks that match, in all and by the values of each filter."""
        return self._read(Call(method="GET", path="/v1/checks/counts", params=query({**filters})), CheckCounts)

    @Method
    def export_checks(
        self, path: str | Path, *, sort: CheckSort = "newest", **filters: Unpack[ListFilters]
    ) -> Steps[None]:
        """Write the stored checks that match to a CSV file."""
        yield from self._save("/v1/checks.csv", query({**filters, "sort": sort}), Path(path))

    @Method
    def review(
        self, check_id: str, decision: Decision, note: str = "", *, idempotency_key: str | None = None
    ) -> Steps[Review]:
        """Add a reviewer's decision on a check.

        Every attempt has the same Idempotency-Key, so it is recorded once however often the connection breaks.
        """
        headers = {"Idempotency-Key": idempotency_key or str(uuid.uuid4())}
        body = {"decision": decision, "note": note}
        return self._read(Call(method="POST", path=f"{_path(check_id)}/review", headers=headers, json=body), Review)

    @Method
    def withdraw(self, check_id: str, review_id: int) -> Steps[Review]:
        """Withdraw a decision: it stays on record and counts for nothing; the one before it counts again."""
        body = {"review_id": review_id}
        return self._read(Call(method="POST", path=f"{_path(check_id)}/review/withdrawal", json=body), Review)

    @Method
    def delete(self, check_id: str) -> Steps[None]:
        """Delete a check with those of its photos that no other check has."""
        # Not repeatable: after a lost answer the second call would be answered 404.
        yield from self._send(Call(method="DELETE", path=_path(check_id), repeatable=False))

    @Method
    def photo(self, check_id: str, index: int) -> Steps[bytes]:
        """Give a photo as JPEG, upright and without metadata."""
        return self._bytes(_photo_call(check_id, index))

    @Method
    def evidence(self, check_id: str, index: int) -> Steps[bytes]:
        """Give the evidence in a photo as a transparent PNG in the photo's frame."""
        return self._bytes(_photo_call(check_id, index, "/evidence"))

    @Method
    def outline(self, check_id: str, index: int) -> Steps[bytes]:
        """Give the outline of the product in a photo as an SVG in the photo's frame."""
        return self._bytes(_photo_call(check_id, index, "/outline"))

    @Method
    def crops(self, check_id: str, index: int) -> Steps[PhotoCrops]:
        """Give the crops of a photo with the most evidence, each with its nearest references."""
        return self._read(_photo_call(check_id, index, "/crops"), PhotoCrops)

    @Method
    def reference(self, nearest: NearestReference) -> Steps[bytes]:
        """Give a reference of a crop as JPEG."""
        return self._bytes(Call(method="GET", path=nearest.url))


def photo_sent(photo: Photo) -> bytes | str:
    """Give the bytes of a photo, or the http(s) address that the server fetches; reads a file. Raises OSError."""
    if isinstance(photo, bytes):
        return photo
    is_url = isinstance(photo, str) and photo.lower().startswith(("http://", "https://"))
    return str(photo) if is_url else Path(photo).read_bytes()


def photos_json(photos: Sequence[bytes | str]) -> list[dict[str, str]]:
    """Write photos as JSON has them: an address as `url`, bytes as `base64`."""
    return [
        {"url": photo} if isinstance(photo, str) else {"base64": base64.b64encode(photo).decode()} for photo in photos
    ]


def check_call(photos: Sequence[bytes | str], listing: Mapping[str, Any], idempotency_key: str) -> Call:
    """Send a check: as multipart where all photos are bytes, since base64 takes a third more, else as JSON."""
    headers = {"Idempotency-Key": idempotency_key}
    if any(isinstance(photo, str) for photo in photos):
        body = {**listing, "photos": photos_json(photos)}
        return Call(method="POST", path="/v1/checks", timed=True, headers=headers, json=body)
    files: list[tuple[str, tuple[str | None, bytes, str]]] = [
        ("listing", (None, json.dumps(listing).encode(), "application/json"))
    ]
    files += [
        ("photos", (f"photo_{i}", data, "application/octet-stream"))
        for i, data in enumerate(photos)
        if isinstance(data, bytes)
    ]
    return Call(method="POST", path="/v1/checks", timed=True, headers=headers, files=files)


def listing_fields(
    listing_id: str | None,
    seller_id: str | None,
    product: str | None,
    views: Sequence[str | None] | None,
    attributes: Mapping[str, Any] | None,
) -> dict[str, Any]:
    """Give the listing's part of a check as JSON has it."""
    listing: dict[str, Any] = {"listing_id": listing_id, "seller_id": seller_id, "product": product}
    if views is not None:
        listing["views"] = [*views]
    if attributes is not None:
        listing["attributes"] = dict(attributes)
    return listing


def _path(check_id: str) -> str:
    return f"/v1/checks/{part(check_id)}"


def _photo_call(check_id: str, index: int, what: str = "") -> Call:
    return Call(method="GET", path=f"{_path(check_id)}/photos/{index}{what}")
