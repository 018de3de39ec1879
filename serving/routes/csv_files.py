"""Answers that are a file of CSV (RFC 4180, UTF-8)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, Final

from fastapi import Response
from fastapi.responses import StreamingResponse

from serving.reviews.checks_csv import CSV_MEDIA_TYPE
from serving.routes.openapi.contract import problems

MAX_ROWS: Final = 10_000  # of a file that is made at once; longer lists are sent while they are read


def csv_file(text: str, name: str) -> Response:
    """Give this text as a file of this name, which no cache keeps."""
    return Response(text, media_type=CSV_MEDIA_TYPE, headers=_headers(name))


def csv_stream(parts: AsyncIterator[str], name: str) -> Response:
    """Give these parts as a file of this name, sent while they are read."""
    return StreamingResponse(parts, media_type=CSV_MEDIA_TYPE, headers=_headers(name))


def csv_or_problems(example: str, *statuses: int) -> dict[int | str, dict[str, Any]]:
    """Give what the contract says of a route that answers with CSV, or with a problem of these statuses."""
    return {200: {"content": {"text/csv": {"schema": {"type": "string"}, "example": example}}}, **problems(*statuses)}


def _headers(name: str) -> dict[str, str]:
    return {"Cache-Control": "no-store", "Content-Disposition": f'attachment; filename="{name}"'}
