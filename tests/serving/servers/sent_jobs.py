"""Sends jobs to a server, and waits until they have ended."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from typing import Any

import httpx

from tests.serving.builders.sample_photos import RED, jpeg
from tests.serving.servers.occupied import until

JSON_LINES = {"Content-Type": "application/x-ndjson"}


def line_of(listing_id: str, *photos: bytes, **fields: Any) -> str:
    """A line of JSON; of one red photo where none is given."""
    sent = [{"base64": base64.b64encode(photo).decode()} for photo in photos or (jpeg(RED),)]
    return json.dumps({"listing_id": listing_id, "photos": sent, **fields})


def send_job(http: httpx.Client, lines: Sequence[str], **headers: str) -> httpx.Response:
    body = "\n".join(lines).encode()
    return http.post("/v1/jobs", content=body, headers={**JSON_LINES, **headers})


def ended(http: httpx.Client, location: str) -> dict[str, Any]:
    """The job once no line is left."""
    found: dict[str, Any] = {}

    def is_ended() -> bool:
        found.update(http.get(location).json())
        return found["completed_at"] is not None

    until(is_ended, seconds=60)
    return found


def results(http: httpx.Client, location: str, **query: Any) -> list[dict[str, Any]]:
    """The results of a job."""
    response = http.get(f"{location}/results", params=query)
    assert response.status_code == 200, response.text
    return [json.loads(line) for line in response.text.splitlines()]
