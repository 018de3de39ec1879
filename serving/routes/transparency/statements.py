"""Statements of reasons: what is sent to the DSA transparency database, and what it answered. All is the operator's."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import StreamingResponse

from serving.audit_log.entry import new_entry
from serving.http.check_body import read_json
from serving.http.cursors import id_in, page_of
from serving.principal import Principal
from serving.routes.auth import require, require_operator
from serving.routes.csv_files import csv_or_problems, csv_stream
from serving.routes.openapi.contract import json_body, problems
from serving.routes.openapi.examples_transparency import STATEMENT_LINE, STATEMENTS_CSV_EXAMPLE
from serving.schemas.checks import utc_text
from serving.schemas.enforcement.transparency import (
    ReasonsStatement,
    ReasonsStatementPage,
    StatementFactsSent,
    StatementState,
)
from serving.services import duties_of, services_of, store_of
from serving.store.transparency.statement_rows import StatementRows, StoredStatement
from serving.transparency.statements.statements_csv import statements_csv

router = APIRouter(prefix="/v1/statements-of-reasons", tags=["transparency"])
MAX_BODY_BYTES = 64 * 1024
EXPORT_PAGE = 500
LINES_MEDIA_TYPE = "application/jsonl"
READ = (401, 404, 422, 503)
Reader = Annotated[Principal, Depends(require("read"))]
Writer = Annotated[Principal, Depends(require("cases"))]
State = Annotated[StatementState | None, Query(description="Only statements in this state.")]


@router.get("", responses=problems(*READ), summary="List statements of reasons")
async def list_statements(
    request: Request,
    response: Response,
    caller: Reader,
    state: State = None,
    case_id: Annotated[str | None, Query(max_length=36, description="Only statements of this case.")] = None,
    cursor: Annotated[str | None, Query(max_length=36, description="`next_cursor` of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=500, description="Statements in a page.")] = 50,
) -> ReasonsStatementPage:
    """Give one page of statements, oldest first.

    Those of new decisions are made within `transparency.poll_s`, of a case that is named at once.
    """
    require_operator(caller)
    duties, rows = duties_of(request), store_of(request).statement_rows
    if case_id is not None:
        await duties.sender.prepare(case_id)
    found = await rows.find_page(state, limit + 1, case_id=case_id, after=id_in(cursor))
    statements, next_cursor = page_of(found, limit, lambda statement: statement.statement_id)
    response.headers["Cache-Control"] = "no-store"
    return ReasonsStatementPage(
        statements=[_shown(one) for one in statements],
        next_cursor=next_cursor,
        counts=await rows.count(),
        sends=duties.sender.sends,
    )


@router.get(
    "/export",
    response_class=Response,
    responses={
        200: {"content": {LINES_MEDIA_TYPE: {"schema": {"type": "string"}, "example": STATEMENT_LINE}}},
        **problems(*READ),
    },
    summary="Statements of reasons as JSON lines",
)
async def export_statements(request: Request, caller: Reader, state: State = None) -> Response:
    """Give every statement as a line of JSON in the fields of the database, oldest first."""
    require_operator(caller)
    rows = store_of(request).statement_rows
    await duties_of(request).sender.prepare()
    first = await rows.find_page(state, EXPORT_PAGE)  # a failure until here is answered as a problem
    entry = new_entry(caller, "statements.exported", "statements", state or "all")
    await store_of(request).audit_rows.append(entry)
    headers = {
        "Cache-Control": "no-store",
        "Content-Disposition": 'attachment; filename="statements-of-reasons.jsonl"',
    }
    return StreamingResponse(_lines_of(rows, state, first), media_type=LINES_MEDIA_TYPE, headers=headers)


@router.get(
    ".csv",
    response_class=Response,
    responses=csv_or_problems(STATEMENTS_CSV_EXAMPLE, *READ),
    summary="Statements of reasons as CSV",
)
async def export_statements_csv(request: Request, caller: Reader, state: State = None) -> Response:
    """Give what came of each statement as a row of CSV (RFC 4180, UTF-8), oldest first; `export` has their fields."""
    require_operator(caller)
    rows = store_of(request).statement_rows
    await duties_of(request).sender.prepare()
    first = await rows.find_page(state, EXPORT_PAGE)
    await store_of(request).audit_rows.append(new_entry(caller, "statements.exported", "statements", "csv"))
    return csv_stream(_csv_of(rows, state, first), "statements-of-reasons.csv")


@router.get("/{statement_id}", responses=problems(*READ), summary="Read a statement of reasons")
async def get_statement(request: Request, statement_id: str, caller: Reader) -> ReasonsStatement:
    """Give a statement, and what came of sending it."""
    require_operator(caller)
    return _shown(await store_of(request).statement_rows.find(caller, statement_id))


@router.put(
    "/{statement_id}/facts",
    openapi_extra=json_body(StatementFactsSent),
    responses=problems(400, 401, 404, 408, 409, 413, 415, 422, 503),
    summary="Add facts to a statement of reasons",
)
async def change_facts(request: Request, statement_id: str, caller: Writer) -> ReasonsStatement:
    """Make a statement anew with words of yours on the facts; a refused one is sent again.

    The words are published: what may name somebody is refused, and the answer says what to take out.
    """
    require_operator(caller)
    timeout_s = services_of(request).upload_timeout_s
    sent = await read_json(request, StatementFactsSent, max_bytes=MAX_BODY_BYTES, timeout_s=timeout_s)
    return _shown(await duties_of(request).rewrite_statement(caller, statement_id, sent.facts))


async def _lines_of(
    rows: StatementRows, state: StatementState | None, page: list[StoredStatement]
) -> AsyncIterator[str]:
    while page:
        yield "".join(one.body + "\n" for one in page)
        page = await rows.find_page(state, EXPORT_PAGE, after=page[-1].statement_id)


async def _csv_of(rows: StatementRows, state: StatementState | None, page: list[StoredStatement]) -> AsyncIterator[str]:
    yield statements_csv(map(_shown, page))
    while page:
        page = await rows.find_page(state, EXPORT_PAGE, after=page[-1].statement_id)
        yield statements_csv(map(_shown, page), header=False)


def _shown(one: StoredStatement) -> ReasonsStatement:
    return ReasonsStatement(
        statement_id=one.statement_id,
        case_id=one.case_id,
        position=one.position,
        created_at=utc_text(one.created_at),
        state=one.state,
        attempts=one.attempts,
        due_at=None if one.due_at is None else utc_text(one.due_at),
        sent_at=None if one.sent_at is None else utc_text(one.sent_at),
        database_uuid=one.database_uuid,
        status=one.status,
        answer=one.answer,
        facts_added=one.facts_added,
        statement=json.loads(one.body),
    )
