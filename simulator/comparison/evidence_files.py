"""Evidence files of a few cases: each verifies as anyone can do it, and has the moves, listings and photos of truth."""

from __future__ import annotations

import asyncio
import hashlib
import io
import json
import random
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from serving.errors import EvidenceFileInvalid
from serving.evidence.own_key import OWN_KEYS
from serving.evidence.signing.keys import CERTIFICATE_FILE, fingerprint_of, read_certificate
from serving.evidence.verification.verify import verify_file
from serving.schemas.checks import utc_text
from simulator.api import Api, Json
from simulator.comparison.cases import compare_moves_and_listings
from simulator.comparison.figures import NOTHING, Comparison
from simulator.truth.cases import TrueCase
from simulator.truth.checks import TrueCheck
from simulator.year_folder import YearFacts, YearFolder

HOLDS = "every byte is as it was signed"


async def compare_evidence_files(
    comparison: Comparison,
    operator: Api,
    folder: YearFolder,
    facts: YearFacts,
    cases: Sequence[TrueCase],
    checks: Sequence[TrueCheck],
) -> None:
    """Make the evidence files of some cases, drawn by the year's seed, and compare what is in them."""
    settings = facts.settings
    drawn = random.Random(f"{settings.seed}/evidence files").sample(cases, min(settings.evidence_files, len(cases)))
    certificate = folder.store / OWN_KEYS / CERTIFICATE_FILE
    key = fingerprint_of(read_certificate(certificate.read_bytes(), str(certificate)))
    by_id = {check.made.check_id: check for check in checks}
    for case in drawn:
        answer = await operator.send("POST", f"/v1/cases/{case.opened.case_id}/evidence-file")
        where = f"evidence files: of case {case.opened.case_id}"
        comparison.equal(where, truth=HOLDS, answered=await asyncio.to_thread(_verified, answer.content, key))
        with zipfile.ZipFile(io.BytesIO(answer.content)) as parts:
            _compare_case(comparison, where, case, json.loads(parts.read("case/case.json")))
            _compare_checks(comparison, where, [by_id[one.check_id] for one in case.opened.listings], parts)


def _verified(content: bytes, key: str) -> str:
    """Do as `touchstone evidence verify` does."""
    with tempfile.NamedTemporaryFile(suffix=".zip") as file:
        file.write(content)
        file.flush()
        try:
            verify_file(Path(file.name), key=key)
        except EvidenceFileInvalid as error:
            return error.message
    return HOLDS


def _compare_case(comparison: Comparison, where: str, case: TrueCase, written: Json) -> None:
    opened = case.opened
    expected = {"case_id": opened.case_id, "state": case.state, "created_at": utc_text(opened.at)}
    comparison.equal_items(where, truth=expected, answered={name: written[name] for name in expected})
    compare_moves_and_listings(comparison, where, case, written)


def _compare_checks(comparison: Comparison, where: str, checks: Sequence[TrueCheck], parts: zipfile.ZipFile) -> None:
    """Compare the check of each listing, and the digests of its photos: as stated, and of the bytes themselves."""
    names = sorted(name for name in parts.namelist() if name.endswith("/check.json"))
    written = {check["check_id"]: (name, check) for name in names for check in [json.loads(parts.read(name))]}
    for check in checks:
        made = check.made
        name, stated = written.pop(made.check_id, (None, {}))
        comparison.equal(
            f"{where}, check {made.check_id}",
            truth=(made.listing_id, made.seller_id, made.outcome, check.decision),
            answered=NOTHING if name is None else _written(stated),
        )
        photos = [] if name is None else json.loads(parts.read(name.replace("check.json", "photos.json")))
        comparison.equal(
            f"{where}, photos of check {made.check_id}",
            truth=[(sha256, sha256) for sha256 in made.photo_sha256s],
            answered=[(photo["sha256"], _sha256(parts, photo)) for photo in photos],
        )
    comparison.equal(f"{where}, other checks", truth=[], answered=sorted(written))


def _written(check: Mapping[str, Any]) -> tuple[Any, ...]:
    decision = check["reviews"][-1]["decision"] if check["reviews"] else None
    return check["listing_id"], check["seller_id"], check["outcome"], decision


def _sha256(parts: zipfile.ZipFile, photo: Mapping[str, Any]) -> str:
    return hashlib.sha256(parts.read(photo["received"])).hexdigest()
