"""Working groups: made by the operator, joined, changed and left by members, each under an explicit agreement."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from serving.clock import utc_now
from serving.groups.groups_csv import agreements_csv, groups_csv, members_csv
from serving.http.check_body import read_json
from serving.principal import Principal
from serving.routes.auth import require, require_operator
from serving.routes.csv_files import csv_file, csv_or_problems
from serving.routes.openapi.contract import json_body, problems
from serving.routes.openapi.examples_groups import AGREEMENTS_CSV_EXAMPLE, GROUPS_CSV_EXAMPLE, MEMBERS_CSV_EXAMPLE
from serving.schemas.enforcement.groups import (
    Agreement,
    AgreementList,
    AgreementSent,
    Group,
    GroupList,
    GroupMember,
    GroupMemberList,
    GroupSent,
    InvitationSent,
    ItemsWithdrawn,
    TermsSent,
)
from serving.services import groups_of, services_of, store_of

router = APIRouter(prefix="/v1/groups", tags=["groups"])
MAX_BODY_BYTES = 1024 * 1024  # two thousand shares with long names of products
READ = (401, 404, 422, 503)
SENT = (400, 401, 404, 408, 413, 415, 422, 503)
Reader = Annotated[Principal, Depends(require("read"))]
Admin = Annotated[Principal, Depends(require("admin"))]


@router.post(
    "",
    status_code=201,
    openapi_extra=json_body(GroupSent),
    responses=problems(*SENT, 409),
    summary="Make a working group",
)
async def create_group(request: Request, caller: Admin) -> Group:
    """Make a group of members of one category with its terms; only the operator may."""
    require_operator(caller)
    rows = store_of(request).groups.groups
    sent = await read_json(request, GroupSent, max_bytes=MAX_BODY_BYTES, timeout_s=_timeout_s(request))
    return await rows.add(caller, sent, utc_now())


@router.get("", responses=problems(*READ), summary="List working groups")
async def list_groups(request: Request, caller: Reader) -> GroupList:
    """Give the groups that the caller was invited to or joined, by name, with its agreement; to the operator all."""
    return GroupList(groups=await store_of(request).groups.groups.find_all(caller))


@router.get(
    ".csv",
    response_class=Response,
    responses=csv_or_problems(GROUPS_CSV_EXAMPLE, *READ),
    summary="Working groups as CSV",
)
async def export_groups(request: Request, caller: Reader) -> Response:
    """Give the same groups as rows of CSV (RFC 4180, UTF-8)."""
    return csv_file(groups_csv(await store_of(request).groups.groups.find_all(caller)), "groups.csv")


@router.get("/{group_id}", responses=problems(*READ), summary="Read a working group")
async def get_group(request: Request, group_id: str, caller: Reader) -> Group:
    """Give a group with its terms, and what the caller agreed to."""
    return await store_of(request).groups.groups.find(caller, group_id)


@router.delete("/{group_id}", status_code=204, responses=problems(*READ), summary="Delete a working group")
async def delete_group(request: Request, group_id: str, caller: Admin) -> Response:
    """Delete a group with all that its members shared in it; only the operator may."""
    require_operator(caller)
    await store_of(request).groups.groups.delete(caller, group_id)
    return Response(status_code=204)


@router.put(
    "/{group_id}/terms", openapi_extra=json_body(TermsSent), responses=problems(*SENT), summary="Change a group's terms"
)
async def set_group_terms(request: Request, group_id: str, caller: Admin) -> Group:
    """Add a version of the terms: until they agree to it, members give and ask nothing. Only the operator may."""
    require_operator(caller)
    rows = store_of(request).groups.groups
    sent = await read_json(request, TermsSent, max_bytes=MAX_BODY_BYTES, timeout_s=_timeout_s(request))
    return await rows.set_terms(caller, group_id, sent.terms, utc_now())


@router.get("/{group_id}/members", responses=problems(*READ), summary="List a group's members")
async def list_group_members(request: Request, group_id: str, caller: Reader) -> GroupMemberList:
    """Give the members: to the operator all, to a member itself and those that agreed to be named."""
    return GroupMemberList(members=await store_of(request).groups.groups.find_members(caller, group_id))


@router.get(
    "/{group_id}/members.csv",
    response_class=Response,
    responses=csv_or_problems(MEMBERS_CSV_EXAMPLE, *READ),
    summary="A group's members as CSV",
)
async def export_group_members(request: Request, group_id: str, caller: Reader) -> Response:
    """Give the same members as rows of CSV (RFC 4180, UTF-8)."""
    found = await store_of(request).groups.groups.find_members(caller, group_id)
    return csv_file(members_csv(found), "group-members.csv")


@router.post(
    "/{group_id}/members",
    status_code=201,
    openapi_extra=json_body(InvitationSent),
    responses=problems(*SENT, 409),
    summary="Invite a member",
)
async def invite_member(request: Request, group_id: str, caller: Admin) -> GroupMember:
    """Invite a member of the group's category; only the operator may. One that is in it already stays as it is."""
    require_operator(caller)
    rows = store_of(request).groups.groups
    sent = await read_json(request, InvitationSent, max_bytes=MAX_BODY_BYTES, timeout_s=_timeout_s(request))
    return await rows.invite(caller, group_id, sent.member_id, utc_now())


@router.delete(
    "/{group_id}/members/{member_id}", status_code=204, responses=problems(*READ), summary="Take a member out"
)
async def remove_group_member(request: Request, group_id: str, member_id: str, caller: Admin) -> Response:
    """Take a member out of a group, or its invitation back; what it gave is withdrawn. Only the operator may."""
    require_operator(caller)
    await store_of(request).groups.groups.remove(caller, group_id, member_id, utc_now())
    return Response(status_code=204)


@router.put(
    "/{group_id}/agreement",
    openapi_extra=json_body(AgreementSent),
    responses=problems(*SENT, 409),
    summary="Join a group, or change what was agreed to",
)
async def agree(request: Request, group_id: str, caller: Admin) -> Agreement:
    """Agree to the terms: which kinds of which products are shared, which kinds may be asked, whom to ask.

    It takes the place of the agreement before; what was given and is no longer shared is withdrawn at once.
    """
    groups = groups_of(request)
    sent = await read_json(request, AgreementSent, max_bytes=MAX_BODY_BYTES, timeout_s=_timeout_s(request))
    return await groups.agree(caller, group_id, sent)


@router.get("/{group_id}/agreement", responses=problems(*READ, 409), summary="Read the agreement in force")
async def get_agreement(request: Request, group_id: str, caller: Reader) -> Agreement:
    """Give what the caller's member agreed to now."""
    return await store_of(request).groups.agreements.find_current(caller, group_id)


@router.delete("/{group_id}/agreement", responses=problems(*READ), summary="Leave a group")
async def leave_group(request: Request, group_id: str, caller: Admin) -> ItemsWithdrawn:
    """Leave a group, or decline its invitation; everything that the member gave is withdrawn."""
    return ItemsWithdrawn(withdrawn=await store_of(request).groups.agreements.leave(caller, group_id, utc_now()))


@router.get("/{group_id}/agreements", responses=problems(*READ), summary="List agreements")
async def list_agreements(request: Request, group_id: str, caller: Reader) -> AgreementList:
    """Give every version of what the caller's member agreed to, newest first; to the operator those of all members."""
    return AgreementList(agreements=await store_of(request).groups.agreements.find_all(caller, group_id))


@router.get(
    "/{group_id}/agreements.csv",
    response_class=Response,
    responses=csv_or_problems(AGREEMENTS_CSV_EXAMPLE, *READ),
    summary="Agreements as CSV",
)
async def export_agreements(request: Request, group_id: str, caller: Reader) -> Response:
    """Give the same agreements as rows of CSV (RFC 4180, UTF-8)."""
    found = await store_of(request).groups.agreements.find_all(caller, group_id)
    return csv_file(agreements_csv(found), "group-agreements.csv")


def _timeout_s(request: Request) -> float:
    return services_of(request).upload_timeout_s
