"""Verifies a file of entries without a server: the first entry that was changed, removed, inserted or moved."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable

from pydantic import JsonValue

from serving.audit_log.canonical_json import sha256_of
from serving.audit_log.entry import FIRST_PREVIOUS, FORMAT, Private

NOT_HASHED = ("hash", "private")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """The first line, counted from 1, that does not hold, and why."""

    line: int
    reason: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What a file has: how many entries hold, the last of them, and what ended that."""

    entries: int
    sequence: int | None
    head: str | None
    private_deleted: int  # entries whose private part was deleted since
    broken: Broken | None


class _Invalid(Exception):
    """Why a line does not hold."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    sequence: int
    previous_hash: str
    hash: str
    private_deleted: bool


def verify_lines(
    lines: Iterable[str], *, after: str = FIRST_PREVIOUS, head: str | None = None, selected: bool = False
) -> Verified:
    """Verify entries, one a line, oldest first; see Verification."""
    verification = Verification(after=after, head=head, selected=selected)
    for line in lines:
        if not verification.take(line):
            break
    return verification.end()


class Verification:
    """Verifies entries while they are read, one a line, oldest first, in flat memory.

    `after` is the hash of the entry before the first line where the file is a later part of the log. `head` is a hash
    that was noted earlier and must be among those of the file: without it, entries removed from the end can't be
    noticed. With `selected` the file has some of the entries, such as a member's own: each must hold by itself, and
    follow its neighbour where their numbers do.
    """

    def __init__(self, *, after: str = FIRST_PREVIOUS, head: str | None = None, selected: bool = False) -> None:
        self._after, self._head, self._selected = after, head, selected
        self._head_found = head is None or head == after
        self._count = self._private_deleted = 0
        self._last: _Entry | None = None
        self._broken: Broken | None = None

    def take(self, line: str) -> bool:
        """Verify the next line; False where it does not hold, and then no other one is to be taken."""
        try:
            entry = _read(line)
            _require_next(entry, self._last, self._after, selected=self._selected)
        except _Invalid as invalid:
            self._broken = Broken(line=self._count + 1, reason=str(invalid))
            return False
        self._count, self._last = self._count + 1, entry
        self._private_deleted += entry.private_deleted
        self._head_found = self._head_found or entry.hash == self._head
        return True

    def end(self) -> Verified:
        """Give what was found in the lines that were taken."""
        broken = self._broken
        if broken is None and not self._head_found:
            reason = f"no entry has the hash {self._head}: entries were removed from the end, or all were written anew"
            broken = Broken(line=self._count + 1, reason=reason)
        return Verified(
            entries=self._count,
            sequence=None if self._last is None else self._last.sequence,
            head=None if self._last is None else self._last.hash,
            private_deleted=self._private_deleted,
            broken=broken,
        )


def _read(line: str) -> _Entry:
    """Read one line and verify what it says of itself; raises _Invalid."""
    try:
        found = json.loads(line, object_pairs_hook=_without_repeats)
    except (ValueError, RecursionError) as error:
        raise _Invalid(f"the line is no JSON object ({error})") from error
    if not isinstance(found, dict):
        raise _Invalid("the line is no JSON object")
    if found.get("format") != FORMAT:
        raise _Invalid(f"the entry has the format {found.get('format')!r}, and this command reads {FORMAT}")
    sequence, previous_hash, own_hash = found.get("sequence"), found.get("previous_hash"), found.get("hash")
    if not (type(sequence) is int and isinstance(previous_hash, str) and isinstance(own_hash, str)):
        raise _Invalid("the entry lacks its sequence, its hash or its previous_hash")
    content = {name: value for name, value in found.items() if name not in NOT_HASHED}
    if _hash_of(content, sequence) != own_hash:
        raise _Invalid(f"entry {sequence} was changed: its hash is not that of its content")
    return _Entry(
        sequence=sequence,
        previous_hash=previous_hash,
        hash=own_hash,
        private_deleted=_is_deleted(found.get("private"), found.get("private_sha256"), sequence),
    )


def _hash_of(content: JsonValue, sequence: int) -> str:
    try:
        return sha256_of(content)
    except (ValueError, RecursionError) as error:
        raise _Invalid(f"entry {sequence} was changed: {error}") from error


def _is_deleted(private: JsonValue, expected: JsonValue, sequence: int) -> bool:
    """Whether the entry's private part was deleted; raises _Invalid where it was changed."""
    if private is None:
        return expected is not None
    values = private.get("values") if isinstance(private, dict) else None
    salt = private.get("salt") if isinstance(private, dict) else None
    if not (isinstance(values, dict) and isinstance(salt, str)):
        raise _Invalid(f"the private part of entry {sequence} was changed: it lacks its salt or its values")
    texts = {name: value for name, value in values.items() if isinstance(value, str)}
    if texts != values or Private(salt=salt, values=texts).sha256 != expected:
        raise _Invalid(f"the private part of entry {sequence} was changed: its hash is not the one in the entry")
    return False


def _require_next(entry: _Entry, last: _Entry | None, after: str, *, selected: bool) -> None:
    """Require that an entry follows the last one; raises _Invalid."""
    expected = entry.sequence if last is None else last.sequence + 1
    if last is None and after == FIRST_PREVIOUS and not selected:
        expected = 1
    if entry.sequence < expected:
        raise _Invalid(f"entry {entry.sequence} stands after entry {expected - 1}: it was moved or inserted")
    if entry.sequence > expected:
        if selected:
            return
        missing = (
            f"entry {expected} is" if entry.sequence == expected + 1 else f"{expected} to {entry.sequence - 1} are"
        )
        raise _Invalid(f"{missing} missing before entry {entry.sequence}")
    if selected and last is None:
        return
    if entry.previous_hash != (after if last is None else last.hash):
        before = "the one given by --after" if last is None else f"entry {last.sequence} of this file"
        raise _Invalid(
            f"entry {entry.sequence} was made after another entry than {before}: one was replaced or inserted"
        )


def _without_repeats(pairs: list[tuple[str, JsonValue]]) -> dict[str, JsonValue]:
    """Refuse a name that comes twice, of which readers would see either value."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name comes twice in an object")
    return found
