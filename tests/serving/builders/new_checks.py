"""Checks to store without judging anything."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Sequence

import numpy as np

from serving.schemas.checks import BundleUsed, Check, CheckThresholds, utc_text
from serving.store.check_rows import NewCheck, NewPhoto
from serving.store.evidence_codec import pack_evidence
from serving.store.idempotency_rows import Claim
from serving.store.sortable_id import new_id
from vision.verdict import Evidence

NOW = datetime.datetime(2026, 5, 1, 12, tzinfo=datetime.UTC)


EVIDENCE = Evidence(values=np.ones((2, 2), np.float32), box=(0.0, 0.0, 1.0, 1.0))


def new_check(
    *photos: bytes,
    created_at: datetime.datetime = NOW,
    claim: Claim | None = None,
    kept: Sequence[bool] = (),
    evidence: Evidence | None = EVIDENCE,
    member_id: str | None = None,
) -> NewCheck:
    """A check of these photos, all of them kept unless `kept` has False at their place."""
    answer = Check(
        check_id=new_id(), listing_id="l", product="toy", outcome="review", authenticity=0.1 + 0.2,
        thresholds=CheckThresholds(counterfeit_below=0.1, genuine_above=None),
        authenticity_kind="calibrated", counterfeit_share=0.5, novelty=None, advisory=False, reasons=[], photos=[],
        bundle=BundleUsed(name="b", version="1", sha256="0" * 64, graph="fp32"), created_at=utc_text(created_at),
        elapsed_ms=1.0,
    )  # fmt: skip
    packed = None if evidence is None else pack_evidence(evidence)
    return NewCheck(
        answer=answer,
        member_id=member_id,
        created_at=created_at,
        seller_id=None,
        views=None,
        attributes={},
        photos=tuple(
            NewPhoto(sha256=digest(photo), kept=readable, evidence=packed)
            for photo, readable in zip(photos, kept or [True] * len(photos), strict=True)
        ),
        claim=claim,
    )


def digest(photo: bytes) -> str:
    return hashlib.sha256(photo).hexdigest()
