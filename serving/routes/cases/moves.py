"""Moves of takedown cases: one or several at once, and a question that stops the clock until its answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Header, Request, Response

from serving.cases.moving import WantedMove
from serving.cases.service import SellerToken
from serving.checks.idempotency import hash_content, hash_key
from serving.errors import RequestInvalid, RequestRefused
from serving.http.check_body import read_json
from serving.routes.auth import require_operator
from serving.routes.cases.cases import NEVER_STORED, Writer
from serving.routes.cases.notices import seller_link_of
from serving.routes.openapi.contract import json_body, problems
from serving.schemas.enforcement.cases import (
    Case,
    MovedCase,
    MovedOfSeveral,
    MoveSent,
    MovesMade,
    MovesSent,
    QuestionSent,
    RefusedOfSeveral,
    SellerLink,
)
from serving.services import cases_of, services_of
from serving.store.idempotency_rows import Claim

router = APIRouter(prefix="/v1/cases", tags=["cases"])
MAX_BODY_BYTES = 256 * 1024
SENT = (400, 401, 404, 408, 409, 413, 415, 422, 503)
Key = Annotated[str | None, Header(description="Makes a retry safe; send a UUID.")]


@router.post("/moves", openapi_extra=json_body(MovesSent), responses=problems(*SENT), summary="Move several cases")
async def move_cases(request: Request, response: Response, caller: Writer, idempotency_key: Key = None) -> MovesMade:
    """Make one move of each of these cases; one that can't be moved holds up none of the others.

    Links are shown once: sent again with the same Idempotency-Key, a case is answered without them.
    """
    cases = cases_of(request)
    timeout_s = services_of(request).upload_timeout_s
    sent = await read_json(request, MovesSent, max_bytes=MAX_BODY_BYTES, timeout_s=timeout_s)
    if len({one.case_id for one in sent.cases}) < len(sent.cases):
        raise RequestInvalid("cases: a case is named twice; name each once", [("cases", "a case is named twice")])
    response.headers.update(NEVER_STORED)
    wanted = WantedMove(to=sent.to, reason_code=sent.reason_code, reason=sent.reason)
    moved: list[MovedOfSeveral] = []
    refused: list[RefusedOfSeveral] = []
    replayed = 0
    for one in sent.cases:
        claim = None
        if idempotency_key is not None:
            content = [sent.to, sent.reason_code, sent.reason, one.version]
            claim = Claim(
                key_sha256=hash_key(idempotency_key, f"{caller.name}\n{one.case_id}"), fingerprint=hash_content(content)
            )
        try:
            made = await cases.move(caller, one.case_id, wanted, version=one.version, claim=claim)
        except RequestRefused as error:
            refused.append(RefusedOfSeveral(case_id=one.case_id, code=error.code, detail=error.message))
        else:
            replayed += made.replayed
            case, links = made.case, _links_of(request, made.seller_tokens)
            link = links[0].seller_link if len(links) == 1 else None
            moved.append(
                MovedOfSeveral(
                    case_id=case.case_id, state=case.state, version=case.version, seller_link=link, seller_links=links
                )
            )
    if replayed == len(sent.cases):
        response.headers["Idempotency-Replayed"] = "true"
    return MovesMade(moved=moved, refused=refused)


@router.post(
    "/{case_id}/moves",
    status_code=201,
    openapi_extra=json_body(MoveSent),
    responses=problems(*SENT),
    summary="Move a case",
)
async def move_case(
    request: Request, response: Response, case_id: str, caller: Writer, idempotency_key: Key = None
) -> MovedCase:
    """Move a case to another state; its `allowed_moves` has what you may choose.

    Sellers' links are shown once: sent again with the same Idempotency-Key, the move is answered without them.
    """
    cases = cases_of(request)
    timeout_s = services_of(request).upload_timeout_s
    sent = await read_json(request, MoveSent, max_bytes=MAX_BODY_BYTES, timeout_s=timeout_s)
    claim = None
    if idempotency_key is not None:
        content = {"case_id": case_id, **sent.model_dump(mode="json")}
        claim = Claim(key_sha256=hash_key(idempotency_key, caller.name), fingerprint=hash_content(content))
    wanted = WantedMove(to=sent.to, reason_code=sent.reason_code, reason=sent.reason, reached_at=sent.reached_at)
    moved = await cases.move(caller, case_id, wanted, version=sent.version, claim=claim)
    response.headers.update(NEVER_STORED)
    if moved.replayed:
        response.headers["Idempotency-Replayed"] = "true"
    links = _links_of(request, moved.seller_tokens)
    link = links[0].seller_link if len(links) == 1 else None
    return MovedCase(**moved.case.model_dump(), seller_link=link, seller_links=links)


@router.post(
    "/{case_id}/question",
    openapi_extra=json_body(QuestionSent),
    responses=problems(*SENT),
    summary="Ask the notifier, and stop the clock",
)
async def ask_notifier(request: Request, response: Response, case_id: str, caller: Writer) -> Case:
    """Ask who notified, as the operator; until the answer nothing is due."""
    require_operator(caller)
    timeout_s = services_of(request).upload_timeout_s
    sent = await read_json(request, QuestionSent, max_bytes=MAX_BODY_BYTES, timeout_s=timeout_s)
    response.headers.update(NEVER_STORED)
    return await cases_of(request).ask(caller, case_id, sent.text, version=sent.version)


@router.post(
    "/{case_id}/answer",
    openapi_extra=json_body(QuestionSent),
    responses=problems(*SENT),
    summary="Answer the operator's question",
)
async def answer_question(request: Request, response: Response, case_id: str, caller: Writer) -> Case:
    """Answer as who notified, or as the operator for it; the clock goes on."""
    timeout_s = services_of(request).upload_timeout_s
    sent = await read_json(request, QuestionSent, max_bytes=MAX_BODY_BYTES, timeout_s=timeout_s)
    response.headers.update(NEVER_STORED)
    return await cases_of(request).answer(caller, case_id, sent.text, version=sent.version)


def _links_of(request: Request, tokens: Sequence[SellerToken]) -> list[SellerLink]:
    return [
        SellerLink(
            seller_id=one.share.seller_id,
            positions=list(one.share.positions),
            seller_link=seller_link_of(request, one.token),
        )
        for one in tokens
    ]
