"""Figures as training writes them into a bundle."""

from __future__ import annotations


def measured(source: str, thresholds: str = "of_the_bundle") -> dict[str, object]:
    """The figures of 60 genuine and 60 counterfeit listings: the demo bundle's, of which the card shows the same."""

    def rate(hits: int, n: int, low: float, high: float) -> dict[str, object]:
        return {"value": round(hits / n, 4), "low": low, "high": high, "hits": hits, "n": n}

    return {
        "listing": {"genuine": 60, "counterfeit": 60, "auroc": {"value": 0.8944, "low": 0.8304, "high": 0.9463}},
        "coverage": rate(75, 120, 0.5358, 0.7065),
        "genuine_flagged": rate(5, 60, 0.0361, 0.1807),
        "counterfeit_passed": rate(3, 60, 0.0171, 0.137),
        "source": source,
        "thresholds": thresholds,
        "test_set": "fold 0" if source == "test_set" else None,
    }
