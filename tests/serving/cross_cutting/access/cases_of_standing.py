"""The cases of the service level, of fast track and of misuse."""

from __future__ import annotations

from tests.serving.cross_cutting.access.case import LISTED

STANDING_CASES = {
    "GET /v1/service-level": LISTED,
    "GET /v1/service-level.csv": LISTED,
    "GET /v1/service-level/late": LISTED,
    "GET /v1/service-level/late.csv": LISTED,
}
