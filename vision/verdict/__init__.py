"""What the network gave for each photo, and the verdict that the rules decide from it."""

from vision.verdict.decide import counted_photos, decide, listing_logit
from vision.verdict.judgement import Evidence, PhotoFault, PhotoJudgement
from vision.verdict.verdict import (
    OUTCOME_MESSAGES,
    AuthenticityThresholds,
    Outcome,
    PhotoVerdict,
    Reason,
    ReasonCode,
    Verdict,
)

__all__ = [
    "OUTCOME_MESSAGES",
    "AuthenticityThresholds",
    "Evidence",
    "Outcome",
    "PhotoFault",
    "PhotoJudgement",
    "PhotoVerdict",
    "Reason",
    "ReasonCode",
    "Verdict",
    "counted_photos",
    "decide",
    "listing_logit",
]
