"""The JSON of the audit log."""

from __future__ import annotations

from pydantic import Field, JsonValue

from serving.schemas.checks import Answered


class AuditActor(Answered):
    """Who did something."""

    name: str = Field(description="Name of the key, as in other records; `server` for what the server does by itself.")
    key_id: str | None = Field(description="Id of the key, null where the key is that of the settings or none.")
    user_id: str | None = Field(description="Id of the user whose key it is, null where it is nobody's.")
    member_id: str | None = Field(description="Member whose key it is, null for the operator.")


class AuditObject(Answered):
    """What something was done to."""

    kind: str = Field(description="Kind of the object, such as `check`, `bundle` or `key`.")
    id: str = Field(description="Id of the object.")


class AuditPrivate(Answered):
    """What an entry says of people; it can be deleted and is no part of what is hashed, but for its salted hash."""

    salt: str = Field(description="What the hash was made with.")
    values: dict[str, str] = Field(description="`address` and `request_id` of the request, and names of people.")


class AuditEntry(Answered):
    """One entry. `hash` is the SHA-256 of all but `hash` and `private`, as canonical JSON (RFC 8785)."""

    format: int = Field(description="Version of this format.")
    sequence: int = Field(description="Number of the entry, from 1 and without gaps.")
    created_at: str = Field(description="RFC 3339 time, UTC.")
    action: str = Field(description="What was done, such as `review.recorded`.")
    actor: AuditActor = Field(description="Who did it.")
    member_id: str | None = Field(description="The member that sees this entry beside the operator, null for none.")
    object: AuditObject = Field(description="What it was done to.")
    details: dict[str, JsonValue] = Field(description="What else is recorded of this action; nothing names a person.")
    private_sha256: str | None = Field(description="SHA-256 of `private` as canonical JSON, null where it had none.")
    previous_hash: str = Field(description="`hash` of the entry before, 64 zeros for the first.")
    hash: str = Field(description="SHA-256 of this entry.")
    private: AuditPrivate | None = Field(
        description="What names people, null where there was none, it was deleted, or it is not yours to see."
    )


class AuditHead(Answered):
    """The end of the log. Note it elsewhere: a later copy of the log must have an entry with this hash."""

    sequence: int = Field(description="Number of the last entry, 0 where there is none.")
    hash: str = Field(description="Its hash.")


class AuditVerification(Answered):
    """What a verification of the stored log found, at the time of the request."""

    holds: bool = Field(description="Whether every entry that you see is as it was written, in its place.")
    reason: str | None = Field(description="What does not hold, and where; null where all does.")
    entries: int = Field(description="How many entries were verified.")
    sequence: int | None = Field(description="Number of the last verified entry, null where there is none.")
    head: str | None = Field(description="Its hash, null where there is none.")
    private_missing: int = Field(description="Of how many `private` was deleted, or is not yours to see.")
    complete: bool = Field(description="Whether this is the whole log; a member's key verifies its own entries alone.")


class AuditPage(Answered):
    """A page of the audit log, newest first."""

    entries: list[AuditEntry] = Field(description="Entries, newest first.")
    next_cursor: str | None = Field(description="`cursor` of the next page, null where no entry follows.")
    head: AuditHead = Field(description="The end of the whole log, also where you see a part of it.")
