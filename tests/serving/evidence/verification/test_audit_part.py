from __future__ import annotations

import json
from typing import Any

import pytest

from serving.audit_log.canonical_json import canonical_json
from serving.audit_log.entry import as_json
from serving.errors import EvidenceFileInvalid
from serving.evidence.verification.audit_part import compare_with_log, read_audit_part
from tests.serving.audit_log.entries import make_chain

CHAIN = make_chain(6)
ENTRIES = "".join(canonical_json({**as_json(CHAIN[at]), "private": None}) + "\n" for at in (1, 4)).encode()
LOG = [canonical_json(as_json(entry)) for entry in CHAIN]


def chain(**changed: Any) -> bytes:
    hashes = [entry.hash for entry in CHAIN[1:]]
    return json.dumps({"first": 2, "hashes": hashes, "head": {"sequence": 6, "hash": hashes[-1]}, **changed}).encode()


def test_entries_hold_by_themselves_and_by_the_hashes_around_them() -> None:
    part = read_audit_part(ENTRIES, chain())
    assert (part.entries, part.head, sorted(part.hashes)) == (2, 6, [2, 3, 4, 5, 6])
    assert compare_with_log(part, LOG) == 5


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"first": "x"}, "cannot be read"),
        ({"hashes": ["0" * 64] * 5}, "the last hash is not that of the head"),
        ({"hashes": [one.hash for one in CHAIN[1:4]] + ["0" * 64, CHAIN[5].hash]}, "entry 5 is not that of the entry"),
        ({"hashes": [CHAIN[1].hash, CHAIN[2].hash, "0" * 64, CHAIN[4].hash, CHAIN[5].hash]}, "not made after the hash"),
    ],
)
def test_a_chain_that_does_not_fit_its_entries_is_refused(changed: dict[str, Any], why: str) -> None:
    with pytest.raises(EvidenceFileInvalid, match=why):
        read_audit_part(ENTRIES, chain(**changed))


def test_a_changed_entry_is_named() -> None:
    with pytest.raises(EvidenceFileInvalid, match="entry 2 was changed"):
        read_audit_part(ENTRIES.replace(b'"c-2"', b'"c-9"'), chain())


def test_a_log_that_was_written_anew_or_cut_is_found() -> None:
    part = read_audit_part(ENTRIES, chain())
    anew = [canonical_json(as_json(entry)) for entry in make_chain(6)]  # other salts, so other hashes
    with pytest.raises(EvidenceFileInvalid, match="another one than in this file"):
        compare_with_log(part, anew)
    with pytest.raises(EvidenceFileInvalid, match="has 4 of the 5 entries"):
        compare_with_log(part, LOG[:5])
    with pytest.raises(EvidenceFileInvalid, match="the log does not hold"):
        compare_with_log(part, LOG[:2] + LOG[3:])
