"""Reads what the DSA transparency database answered to a batch of statements: pure.

201: all are kept. 422 with `errors.existing_puids`: these are there already, since an answer was lost; the others were
not taken. 422 with `errors.statement_N`: these break a rule; the others were not taken either, and go again without
them. Anything else is tried again. Source: StatementMultipleAPIController.php and PuidNotUniqueMultipleException.php of
github.com/digital-services-act/transparency-database.
"""

from __future__ import annotations

import dataclasses
import datetime
import json
from collections.abc import Sequence
from typing import Any, Final

from serving.store.transparency.statement_rows import SendResult, StoredStatement

DELAYS_S: Final = (60, 5 * 60, 15 * 60, 60 * 60, 6 * 60 * 60)  # after the first, second, … attempt that failed
MAX_RETRY_AFTER_S: Final = 24 * 60 * 60
CREATED: Final = 201
UNPROCESSABLE: Final = 422


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer of the database: its status, None where none came, its text, and the seconds of its `Retry-After`."""

    status: int | None
    text: str
    retry_after_s: float | None = None


def results_of(batch: Sequence[StoredStatement], answer: Answer, now: datetime.datetime) -> list[SendResult]:
    """Give what becomes of each statement of a batch."""
    if answer.status == CREATED:
        uuids = _uuids_of(answer.text)
        return [_result(one, answer, "sent", uuid=uuids.get(one.puid)) for one in batch]
    errors = _errors_of(answer.text) if answer.status == UNPROCESSABLE else {}
    known = errors.get("existing_puids")
    if isinstance(known, list) and set(known) & {one.puid for one in batch}:
        return [_kept(one, answer, now) if one.puid in known else _again(one, answer, now) for one in batch]
    refused = {index: errors[f"statement_{index}"] for index in range(len(batch)) if f"statement_{index}" in errors}
    if refused:
        return [
            _result(one, answer, "refused", text=json.dumps(refused[index], ensure_ascii=False))
            if index in refused
            else _again(one, answer, now)
            for index, one in enumerate(batch)
        ]
    if answer.status == UNPROCESSABLE and len(batch) == 1:
        return [_result(batch[0], answer, "refused")]
    return [_later(one, answer, now) for one in batch]


def _kept(one: StoredStatement, answer: Answer, now: datetime.datetime) -> SendResult:
    """Give a statement that is in the database already, as sent: its number is ours alone."""
    return _result(one, answer, "sent", text="in the database already: an earlier answer was lost")


def _again(one: StoredStatement, answer: Answer, now: datetime.datetime) -> SendResult:
    """Give a statement that was refused for the sake of others: it goes again at once."""
    return dataclasses.replace(_result(one, answer, "later", text="not taken because of others"), due_at=now)


def _later(one: StoredStatement, answer: Answer, now: datetime.datetime) -> SendResult:
    delay_s: float = DELAYS_S[min(max(one.attempts, 1), len(DELAYS_S)) - 1]
    if answer.retry_after_s is not None:
        delay_s = max(delay_s, min(answer.retry_after_s, MAX_RETRY_AFTER_S))
    return dataclasses.replace(_result(one, answer, "later"), due_at=now + datetime.timedelta(seconds=delay_s))


def _result(
    one: StoredStatement, answer: Answer, outcome: Any, *, uuid: str | None = None, text: str | None = None
) -> SendResult:
    shown = text if text is not None else "" if outcome == "sent" else answer.text
    return SendResult(
        statement_id=one.statement_id, outcome=outcome, status=answer.status, answer=shown, database_uuid=uuid
    )


def _uuids_of(text: str) -> dict[str, str]:
    kept = _object_of(text).get("statements")
    rows = [one for one in kept if isinstance(one, dict)] if isinstance(kept, list) else []
    return {str(one["puid"]): str(one["uuid"])[:64] for one in rows if "puid" in one and "uuid" in one}


def _errors_of(text: str) -> dict[str, Any]:
    errors = _object_of(text).get("errors")
    return errors if isinstance(errors, dict) else {}


def _object_of(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
