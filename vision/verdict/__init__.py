"""What the network gave for each photo, and the verdict that the rules decide from it."""

from vision.verdict.decide import (
    OUTCOME_MESSAGES,
    Evidence,
    Outcome,
    PhotoFault,
    PhotoJudgement,
    PhotoVerdict,
    Reason,
    ReasonCode,
    Verdict,
    base_rate_shift,
    decide,
    distinct_readable,
    listing_logit,
)

__all__ = [
    "OUTCOME_MESSAGES",
    "Evidence",
    "Outcome",
    "PhotoFault",
    "PhotoJudgement",
    "PhotoVerdict",
    "Reason",
    "ReasonCode",
    "Verdict",
    "base_rate_shift",
    "decide",
    "distinct_readable",
    "listing_logit",
]
