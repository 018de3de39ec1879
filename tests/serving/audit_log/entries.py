"""Chains of entries as lines of an export."""

from __future__ import annotations

import json
from typing import Any

from serving.audit_log.entry import FIRST_PREVIOUS, SealedEntry, as_json, new_entry, seal
from serving.principal import Principal

MARA = Principal(name="key-1", rate_key="key-1", key_id="k-1")


def make_chain(count: int) -> list[SealedEntry]:
    """Entries 1 to `count`, each with a private part."""
    chain: list[SealedEntry] = []
    for number in range(1, count + 1):
        entry = new_entry(
            MARA, "review.recorded", "check", f"c-{number}", {"n": number}, private={"user": "Mara Ødegård"}
        )
        chain.append(seal(entry, number, chain[-1].hash if chain else FIRST_PREVIOUS))
    return chain


def as_dicts(chain: list[SealedEntry]) -> list[dict[str, Any]]:
    return [as_json(entry) for entry in chain]


def lines_of(entries: list[dict[str, Any]]) -> list[str]:
    return [json.dumps(entry) for entry in entries]
