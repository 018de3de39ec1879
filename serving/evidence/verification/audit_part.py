"""Verifies the part of the audit log that an evidence file has, by itself and against an export of the whole log.

The log is one chain: each entry's hash covers its content and the hash before it. The file has the entries about its
objects, and the hashes alone of all entries from the first of them to the end of the log when it was made. Hashes
without contents show what the operator has committed to, not that they are linked; the log itself shows that.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable
from typing import Final

from serving.audit_log.verify import Verification, verify_lines
from serving.errors import EvidenceFileInvalid

ENTRIES_NAME: Final = "audit-log/entries.jsonl"
CHAIN_NAME: Final = "audit-log/chain.json"
MAX_HASHES: Final = 10_000


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class AuditPart:
    """What the file has: how many entries, and the chain's hashes by number; `head` is the last number."""

    entries: int
    hashes: dict[int, str]
    head: int


def read_audit_part(entries: bytes, chain: bytes) -> AuditPart:
    """Verify that the entries hold, and that the chain has their hashes; raises EvidenceFileInvalid."""
    lines = entries.decode("utf-8", "surrogateescape").splitlines()
    verified = verify_lines(lines, selected=True)
    if verified.broken is not None:
        raise EvidenceFileInvalid(f"{ENTRIES_NAME}: line {verified.broken.line}: {verified.broken.reason}")
    hashes, head = _read_chain(chain)
    for line in lines:
        entry = json.loads(line)
        sequence = entry["sequence"]
        if sequence in hashes and hashes[sequence] != entry["hash"]:
            raise EvidenceFileInvalid(f"{CHAIN_NAME}: the hash of entry {sequence} is not that of the entry")
        if sequence - 1 in hashes and hashes[sequence - 1] != entry["previous_hash"]:
            raise EvidenceFileInvalid(f"{CHAIN_NAME}: entry {sequence} was not made after the hash before it")
    return AuditPart(entries=verified.entries, hashes=hashes, head=head)


def compare_with_log(part: AuditPart, lines: Iterable[str]) -> int:
    """Verify an export of the whole log and that it has every hash of the file; gives how many were compared.

    Raises EvidenceFileInvalid.
    """
    verification, compared = Verification(), 0
    for line in lines:
        if not verification.take(line):
            break
        entry = json.loads(line)
        expected = part.hashes.get(entry["sequence"])
        if expected is not None:
            if expected != entry["hash"]:
                raise EvidenceFileInvalid(f"entry {entry['sequence']} of the log is another one than in this file")
            compared += 1
    found = verification.end()
    if found.broken is not None:
        raise EvidenceFileInvalid(f"the log does not hold: line {found.broken.line}: {found.broken.reason}")
    if compared != len(part.hashes):
        raise EvidenceFileInvalid(
            f"the log has {compared} of the {len(part.hashes)} entries whose hashes this file has, up to {part.head}; "
            "export all of it, later than this file was made"
        )
    return compared


def _read_chain(chain: bytes) -> tuple[dict[int, str], int]:
    try:
        read = json.loads(chain)
        first, hashes, head = int(read["first"]), list(map(str, read["hashes"])), read["head"]
        sequence, last = int(head["sequence"]), str(head["hash"])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise EvidenceFileInvalid(f"{CHAIN_NAME} cannot be read ({error})") from error
    if len(hashes) > MAX_HASHES or (hashes and (hashes[-1] != last or first + len(hashes) - 1 != sequence)):
        raise EvidenceFileInvalid(f"{CHAIN_NAME}: the last hash is not that of the head")
    return {first + place: one for place, one in enumerate(hashes)}, sequence
