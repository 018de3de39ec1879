"""An entry of the audit log: who did what to which object, from where, chained to the entry before it by its hash.

What an erasure may have to delete (addresses, names of people) is no part of what is hashed: the entry has a salted
hash of it, and it stands beside the entry, so that it can be deleted and the chain stays valid.
"""

from __future__ import annotations

import dataclasses
import datetime
import json
import secrets
from collections.abc import Mapping
from typing import Literal

from pydantic import JsonValue

from serving.audit_log.canonical_json import canonical_json, sha256_of
from serving.audit_log.source import current_source
from serving.clock import utc_now
from serving.principal import Principal
from serving.schemas.checks import utc_text

FORMAT = 1
FIRST_PREVIOUS = "0" * 64  # `previous_hash` of the first entry
SALT_BYTES = 16

Action = Literal[
    "bundle.changed",
    "case.moved",
    "case.opened",
    "case.evidence_sent",
    "case.link_made",
    "case_rule.changed",
    "case_rule.created",
    "case_rule.deleted",
    "cases.exported",
    "buyers.informed",
    "check.deleted",
    "checklist.changed",
    "checks.exported",
    "complaint.decided",
    "complaint.received",
    "complaints.exported",
    "fast_track.changed",
    "group.agreed",
    "group.asked",
    "group.created",
    "group.deleted",
    "group.invited",
    "group.items_shared",
    "group.items_withdrawn",
    "group.left",
    "group.member_removed",
    "group.terms_changed",
    "cluster.exported",
    "cluster.link_removed",
    "cluster.link_restored",
    "job.cancelled",
    "job.deleted",
    "labels.exported",
    "key.created",
    "key.revoked",
    "key.rotated",
    "member.changed",
    "member.created",
    "member.removed",
    "misuse.lifted",
    "misuse.suspended",
    "misuse.warned",
    "private.expired",
    "report.published",
    "report.withdrawn",
    "retention.applied",
    "review.recorded",
    "review.withdrawn",
    "erasure.requested",
    "evidence.exported",
    "seller.erased",
    "server.started",
    "statement.changed",
    "statements.exported",
    "statements.sent",
    "trusted_flagger.recorded",
    "trusted_flagger.removed",
    "test_buy.moved",
    "test_buy.photo_added",
    "test_buy_plan.accepted",
    "test_buy_plan.proposed",
    "user.created",
    "user.deleted",
    "webhook.changed",
    "webhook.created",
    "webhook.deleted",
]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who did it: the name of a Principal, with its ids, none of which is a person's name."""

    name: str
    key_id: str | None
    user_id: str | None
    member_id: str | None  # None: the operator


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class NewEntry:
    """What is to be recorded. `details` must name no person; `private` has what may, and can be deleted later.

    `member_id` is the member whose entry this is: that of the caller, or the one whom the operator changed.
    """

    created_at: datetime.datetime
    action: Action
    actor: Actor
    member_id: str | None
    object_kind: str
    object_id: str
    details: Mapping[str, JsonValue]
    private: Mapping[str, str]

    def with_details(self, **details: JsonValue) -> NewEntry:
        """Give the entry with details that are known in the transaction alone, such as the id of a new row."""
        return dataclasses.replace(self, details={**self.details, **details})


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Private:
    """What an entry says of people, with the salt that its hash was made with."""

    salt: str
    values: Mapping[str, str]

    @property
    def sha256(self) -> str:
        """The hash that the entry has. Without the salt no guess at the values can be tested against it."""
        return sha256_of({"salt": self.salt, "values": dict(self.values)})


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class SealedEntry:
    """An entry in its place: `content` is its canonical JSON, `hash` the SHA-256 of that."""

    sequence: int
    content: str
    hash: str
    private: Private | None


def new_entry(
    principal: Principal,
    action: Action,
    object_kind: str,
    object_id: str,
    details: Mapping[str, JsonValue] | None = None,
    *,
    member_id: str | None = None,
    private: Mapping[str, str | None] | None = None,
) -> NewEntry:
    """Describe what a caller does now, with where the request in hand came from.

    `details`: whole numbers, texts, lists and objects of them, and nothing that names a person. `private`: names of
    people and other texts that an erasure may have to delete.
    """
    address, request_id = current_source.get() or (None, None)
    found = {"address": address, "request_id": request_id, **(private or {})}
    return NewEntry(
        created_at=utc_now(),
        action=action,
        actor=Actor(
            name=principal.name,
            key_id=principal.key_id,
            user_id=principal.user_id,
            member_id=principal.member_id,
        ),
        member_id=member_id if principal.member_id is None else principal.member_id,
        object_kind=object_kind,
        object_id=object_id,
        details=dict(details or {}),
        private={name: value for name, value in found.items() if value},
    )


def seal(entry: NewEntry, sequence: int, previous_hash: str) -> SealedEntry:
    """Put an entry into its place behind the one with `previous_hash`."""
    private = None
    if entry.private:
        private = Private(salt=secrets.token_hex(SALT_BYTES), values=entry.private)
    content: dict[str, JsonValue] = {
        "format": FORMAT,
        "sequence": sequence,
        "created_at": utc_text(entry.created_at),
        "action": entry.action,
        "actor": dataclasses.asdict(entry.actor),
        "member_id": entry.member_id,
        "object": {"kind": entry.object_kind, "id": entry.object_id},
        "details": dict(entry.details),
        "private_sha256": None if private is None else private.sha256,
        "previous_hash": previous_hash,
    }
    return SealedEntry(sequence=sequence, content=canonical_json(content), hash=sha256_of(content), private=private)


def as_json(entry: SealedEntry) -> dict[str, JsonValue]:
    """Give an entry as the API and the export have it: its content, its hash, and what it says of people if kept."""
    shown: dict[str, JsonValue] = {**json.loads(entry.content), "hash": entry.hash, "private": None}
    if entry.private is not None:
        shown["private"] = {"salt": entry.private.salt, "values": dict(entry.private.values)}
    return shown


def as_line(entry: SealedEntry) -> str:
    """Give an entry as a line of an export."""
    return canonical_json(as_json(entry)) + "\n"
