"""The threshold table: what each limit rests on, by product, and for one photo."""

from dataclasses import replace

from tests.builders.bundle import tiny_graph_metadata, tiny_thresholds
from training.evaluation.threshold_table import LimitRow, limit_rows
from vision.bundle.metadata import NEVER, ErrorBound, GraphMetadata, Thresholds


def graph(**thresholds: Thresholds) -> GraphMetadata:
    metadata = tiny_graph_metadata("model.onnx", "fp32", tiny_thresholds(-2, 2), 0.5, (0.0,) * 8)
    return replace(metadata, thresholds={"*": tiny_thresholds(-2, 2), **thresholds})


def test_a_row_shows_what_a_limit_rests_on() -> None:
    flagged, passed = limit_rows(graph(), "verified")
    assert flagged == LimitRow(
        name="all products",
        shown="all photos",
        error="genuine flagged",
        threshold="below -2.00",
        limit="5\u00a0%",
        n=100,
        errors=0,
        upper="3.6\u00a0%",
        kind="guaranteed",
        remarks=(),
    )
    assert (passed.error, passed.threshold) == ("counterfeit passed", "above 2.00")


def test_the_fallback_comes_last_and_an_unreachable_threshold_is_called_never() -> None:
    rows = limit_rows(graph(toy=replace(tiny_thresholds(-1, 1), counterfeit_below=-NEVER)), "verified")
    assert [row.name for row in rows] == ["toy", "toy", "any other product", "any other product"]
    assert [row.threshold for row in rows] == ["never", "above 1.00", "below -2.00", "above 2.00"]


def test_an_estimate_and_a_class_without_listings_are_never_called_guaranteed() -> None:
    few = ErrorBound(limit=0.05, n=40, errors=2, upper=0.17, guaranteed=False)
    none = ErrorBound(limit=0.05, n=0, errors=0, upper=1.0, guaranteed=False)
    thresholds = replace(tiny_thresholds(-1, NEVER), genuine_flagged=few, counterfeit_passed=none)
    flagged, passed = limit_rows(replace(graph(), thresholds={"*": thresholds}), "weak")
    assert (flagged.kind, passed.kind) == ("estimate", "no data")
    assert (flagged.n, flagged.errors, flagged.upper.replace("\u00a0", " ")) == (40, 2, "17 %")


def test_limits_for_one_photo_follow_those_for_all() -> None:
    one = replace(graph(), one_photo_thresholds={"*": tiny_thresholds(-3, 3)})
    assert [(row.shown, row.threshold) for row in limit_rows(one, "verified")] == [
        ("all photos", "below -2.00"),
        ("all photos", "above 2.00"),
        ("one photo", "below -3.00"),
        ("one photo", "above 3.00"),
    ]
