"""Calls of the HTTP API as one holder of a key makes them."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from typing import Any

import httpx

Json = dict[str, Any]


class UnexpectedAnswer(Exception):
    """The server refused a call that the simulation takes to be right."""


class Api:
    """The API with one key or none; each call gives the JSON of a success and raises UnexpectedAnswer otherwise."""

    def __init__(self, client: httpx.AsyncClient, key: str | None) -> None:
        self._client = client
        self._headers = {} if key is None else {"Authorization": f"Bearer {key}"}

    async def get(self, path: str, **params: Any) -> Json:
        """Read one thing, or one page of a list."""
        return _json(await self.send("GET", path, params=params))

    async def post(self, path: str, body: Mapping[str, Any] | None = None, **headers: str) -> Json:
        """Write, with a JSON body."""
        return _json(await self.send("POST", path, body=body, headers=headers))

    async def put(self, path: str, body: Mapping[str, Any]) -> Json:
        """Replace, with a JSON body."""
        return _json(await self.send("PUT", path, body=body))

    async def check(self, photos: Sequence[bytes], listing: Mapping[str, Any]) -> Json:
        """Judge a listing."""
        files: list[tuple[str, tuple[str | None, bytes, str]]] = [
            ("photos", (f"{index}.jpg", photo, "image/jpeg")) for index, photo in enumerate(photos)
        ]
        files.append(("listing", (None, json.dumps(listing).encode(), "application/json")))
        return _json(await self.send("POST", "/v1/checks", files=files))

    async def list_all(self, path: str, field: str, **params: Any) -> list[Json]:
        """Read every page of a list."""
        found: list[Json] = []
        while True:
            page = await self.get(path, **params)
            found += page[field]
            if page.get("next_cursor") is None:
                return found
            params["cursor"] = page["next_cursor"]

    async def events(self, **params: Any) -> list[Json]:
        """Read events until no more are there; `cursor` or `since` says from where."""
        found: list[Json] = []
        while True:
            page = await self.get("/v1/events", limit=200, **params)
            found += page["events"]
            if not page["has_more"]:
                return found
            params = {**params, "since": None, "cursor": page["next_cursor"]}

    async def csv(self, path: str, **params: Any) -> list[dict[str, str]]:
        """Read a CSV as its rows."""
        answer = await self.send("GET", path, params=params)
        return list(csv.DictReader(io.StringIO(answer.text, newline="")))

    async def send(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, Any] | None = None,
        body: Mapping[str, Any] | None = None,
        files: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """Send a call and give its answer, where that is a success."""
        answer = await self._client.request(
            method,
            path,
            params=None if params is None else {name: value for name, value in params.items() if value is not None},
            json=body,
            files=files,
            headers={**self._headers, **(headers or {})},
        )
        if not answer.is_success:
            raise UnexpectedAnswer(f"{method} {path}: {answer.status_code} {answer.text[:500]}")
        return answer


def _json(answer: httpx.Response) -> Json:
    found: Json = answer.json()
    return found
