import pytest

from benchmarks.detection.held_out_makers import figures


def test_a_maker_is_ranked_against_all_genuine_listings_alone() -> None:
    listings: dict[str, tuple[str | None, float]] = {
        "g0": (None, 2.0), "g1": (None, 1.0), "a0": ("a", 0.0), "a1": ("a", 1.5), "b0": ("b", 9.0),
    }  # fmt: skip
    value, found, line = figures(listings, "a")
    assert value == pytest.approx(3 / 4)
    assert found == 0.5, "one of the two lies below both genuine listings"
    assert line.startswith("0.750 [")
    assert figures(listings, "b")[0] == 0.0
