"""The section of the audit log: who did what to the objects of the file, and the chain's hashes."""

from __future__ import annotations

import json

from pydantic import JsonValue

from serving.audit_log.canonical_json import canonical_json
from serving.audit_log.entry import as_line
from serving.evidence.contents.sections import Block, Gathering, Grid, Section, Text
from serving.evidence.verification.audit_part import CHAIN_NAME, ENTRIES_NAME, MAX_HASHES
from serving.principal import Principal
from serving.store.evidence.evidence_rows import AuditPartRows
from serving.store.store import Store

SHOWN = 200  # in the report; the ZIP has all


async def add_audit_log(gathering: Gathering, store: Store, principal: Principal) -> None:
    """Add the entries about the file's objects, with what is needed to compare them with the log."""
    part = await store.evidence_rows.audit_part(principal, gathering.objects, MAX_HASHES)
    if part is None:
        text = "The audit log has no entry about this: checks are stored with their key, and are no entries."
        gathering.sections.append(Section(title="Audit log", blocks=(Text(text=text),)))
        return
    gathering.write(ENTRIES_NAME, "".join(map(as_line, part.entries)).encode())
    chain: JsonValue = {
        "first": part.first,
        "hashes": list(part.hashes),
        "head": {"sequence": part.head, "hash": part.head_hash},
    }
    gathering.write(CHAIN_NAME, canonical_json(chain).encode())
    gathering.sections.append(Section(title="Audit log", blocks=(_summary(part), _table(part))))


def _summary(part: AuditPartRows) -> Block:
    return Text(
        text=f"{len(part.entries)} entries are about this. When the file was made, the log ended with entry "
        f"{part.head}, whose hash is {part.head_hash}."
    )


def _table(part: AuditPartRows) -> Block:
    contents = [json.loads(entry.content) for entry in part.entries[-SHOWN:]]
    rows = tuple(
        (str(one["sequence"]), one["created_at"], one["action"], one["actor"]["name"], one["object"]["id"])
        for one in contents
    )
    return Grid(header=("No.", "When", "What", "By", "About"), rows=rows, widths=(0.08, 0.24, 0.2, 0.18, 0.3))
