"""An example of a bundle's robustness: measured on 100 test listings, and beyond one of its limits."""

from __future__ import annotations

from typing import Final

_NONE_REVERSED: Final = {"value": 0.0, "low": 0.0, "high": 0.037, "hits": 0, "n": 100}

ROBUSTNESS_EXAMPLE: Final = {
    "state": "beyond",
    "text": "The bundle hangs on more than the product: it is beyond 1 of its limits on robustness.",
    "listings": 100,
    "beyond": [
        {
            "limit": "verdicts_changed",
            "text": "background swapped changes 7 % of verdicts (7 of 100; 3.4 % to 13.8 %), 2 points more than the "
            "limit of 5 %",
        }
    ],
    "unmeasured": [],
    "changes": [
        {
            "change": "jpeg_50",
            "name": "JPEG quality 50",
            "bounded": True,
            "changed": {"value": 0.03, "low": 0.0103, "high": 0.0845, "hits": 3, "n": 100},
            "reversed": _NONE_REVERSED,
        },
        {
            "change": "other_background",
            "name": "background swapped",
            "bounded": True,
            "changed": {"value": 0.07, "low": 0.0343, "high": 0.1375, "hits": 7, "n": 100},
            "reversed": _NONE_REVERSED,
        },
    ],
    "other_backgrounds": {
        "listings": 100,
        "auroc_before": {"value": 0.8966, "low": 0.8292, "high": 0.9512},
        "auroc": {"value": 0.8874, "low": 0.8171, "high": 0.9437},
        "fall": {"value": 0.0092, "low": -0.0041, "high": 0.0226},
    },
    "painted_out": {"listings": 100, "with_logit": 0, "auroc": {"value": None, "low": None, "high": None}},
    "evidence_inside": {
        "listings": 100,
        "photos": 302,
        "share": {"value": 0.9714, "low": 0.9641, "high": 0.9779},
        "if_even": 0.3862,
    },
}
