import dataclasses
import math
from pathlib import Path

import pytest

from tests.builders.bundle import tiny_thresholds, write_tiny_bundle
from vision.bundle.bundle import Bundle
from vision.bundle.metadata import (
    BundleMetadata,
    Calibration,
    ErrorBound,
    GenuineLogits,
    GraphMetadata,
    ListingCalibration,
    ListingCounts,
    SupportFloor,
)
from vision.errors import BundleError
from vision.inputs import InputGeometry


@pytest.fixture
def bundle(tmp_path: Path) -> Bundle:
    return write_tiny_bundle(tmp_path / "bundle")


def changed_graph(bundle: Bundle, **changes: object) -> GraphMetadata:
    return dataclasses.replace(bundle.metadata.graphs[0], **changes)  # type: ignore[arg-type]


def test_records_that_make_no_sense_can_not_be_made(bundle: Bundle) -> None:
    with pytest.raises(BundleError, match="slope > 0"):
        Calibration(slope=0.0)
    with pytest.raises(BundleError, match="meet in the middle"):
        tiny_thresholds(1.0, -1.0)
    with pytest.raises(BundleError, match="outside 0"):
        changed_graph(bundle, counterfeit_share={"*": 1.0})
    with pytest.raises(BundleError, match="takes 8"):
        changed_graph(bundle, self_test_logits=(0.0,))
    with pytest.raises(BundleError, match="min_photos = 1"):
        changed_graph(bundle, listing_calibrations=())


def test_every_product_has_thresholds_and_a_share_of_its_own_or_the_fallback(bundle: Bundle) -> None:
    graph = changed_graph(bundle, thresholds={"toy": tiny_thresholds(-1, 1)}, counterfeit_share={"toy": 0.3})
    assert dataclasses.replace(bundle.metadata, graphs=(graph,))
    with pytest.raises(BundleError, match="neither 'hat' nor"):
        dataclasses.replace(bundle.metadata, graphs=(graph,), products=("toy", "hat"))


def test_an_int8_graph_alone_makes_no_bundle(bundle: Bundle) -> None:
    with pytest.raises(BundleError, match="no fp32 graph"):
        dataclasses.replace(bundle.metadata, graphs=(changed_graph(bundle, precision="int8"),))


def test_every_product_has_a_support_floor_or_none_has(bundle: Bundle) -> None:
    floor = SupportFloor(listing=0.5, photo=0.2, loss=0.02, n=100, lost=2)
    graph = dataclasses.replace(bundle.metadata.graphs[0], support={"another": floor})
    with pytest.raises(BundleError, match=r"support floors of \['another'\]"):
        dataclasses.replace(bundle.metadata, graphs=(graph,))


def test_a_calibration_is_the_sigmoid_of_a_line() -> None:
    calibration = Calibration(slope=2.0, intercept=-1.0)
    assert calibration.authenticity(0.5) == 0.5
    assert calibration.authenticity(1.0) == pytest.approx(1 / (1 + math.exp(-1)))
    assert calibration.authenticity(1.0, shift=-1.0) == 0.5
    assert calibration.authenticity(1e9) == 1.0
    assert calibration.authenticity(-1e9) == 0.0


def test_the_most_demanding_calibration_that_the_photo_count_reaches_is_used(bundle: Bundle) -> None:
    entries = [ListingCalibration(min_photos=n, calibration=Calibration(slope=float(n))) for n in (4, 1, 2)]
    graph = changed_graph(bundle, listing_calibrations=tuple(entries))
    assert [graph.listing_calibration(count).calibration.slope for count in (1, 2, 3, 4, 12)] == [
        1.0,
        2.0,
        2.0,
        4.0,
        4.0,
    ]


def test_a_count_below_every_calibration_uses_the_least_demanding(bundle: Bundle) -> None:
    graph = changed_graph(
        bundle, listing_calibrations=(ListingCalibration(min_photos=2, calibration=Calibration(slope=2.0)),)
    )
    assert graph.listing_calibration(1).calibration.slope == 2.0


def test_bounds_are_the_base_rates_odds_times_the_listings_of_the_other_label_and_two() -> None:
    entry = ListingCalibration(min_photos=1, calibration=Calibration(slope=1.0), genuine=98, counterfeit=38)
    low, high = entry.bounds(0.25, tiny_thresholds(-2, 2))
    assert low == pytest.approx(math.log(3 / 100))
    assert high == pytest.approx(math.log(3 * 40))


def test_what_other_products_have_supports_no_answer_against_a_label_that_a_product_lacks() -> None:
    entry = ListingCalibration(min_photos=1, calibration=Calibration(slope=1.0), genuine=98, counterfeit=38)
    none = ErrorBound(limit=0.05, n=0, errors=0, upper=1.0, guaranteed=False)
    low, high = entry.bounds(0.25, dataclasses.replace(tiny_thresholds(-2, 1e9), counterfeit_passed=none))
    assert (low, high) == pytest.approx((math.log(3 / 100), math.log(3 * 2)))
    low, high = entry.bounds(0.25, dataclasses.replace(tiny_thresholds(-1e9, 2), genuine_flagged=none))
    assert (low, high) == pytest.approx((math.log(3 / 2), math.log(3 * 40)))


def test_thresholds_for_one_photo_come_by_product_with_the_same_fallback(bundle: Bundle) -> None:
    graph = changed_graph(bundle, one_photo_thresholds={"*": tiny_thresholds(-4, 4), "toy": tiny_thresholds(-5, 5)})
    assert graph.thresholds_for("toy", one_photo=True).genuine_above == 5
    assert graph.thresholds_for("hat", one_photo=True).genuine_above == 4
    assert graph.thresholds_for("toy").genuine_above == 2


def test_a_conformal_share_counts_the_answer_itself() -> None:
    usual = GenuineLogits(listing=(-1.0, 0.0, 0.0, 2.0), photo=(0.0,))
    assert [usual.listing_share(logit) for logit in (-5.0, -1.0, 0.0, 9.0)] == [0.2, 0.4, 0.8, 1.0]
    assert usual.photo_share(-1.0) == 0.5


@pytest.mark.parametrize("values", [(), (1.0, 0.0)])
def test_genuine_logits_are_ascending_and_some(values: tuple[float, ...]) -> None:
    with pytest.raises(BundleError, match="ascending"):
        GenuineLogits(listing=values, photo=(0.0,))


def test_every_key_of_the_record_is_documented() -> None:
    page = (Path(__file__).parents[3] / "docs" / "bundle.md").read_text()
    kinds: list[type] = [
        BundleMetadata,
        GraphMetadata,
        GenuineLogits,
        SupportFloor,
        InputGeometry,
        Calibration,
        ListingCalibration,
        ListingCounts,
    ]
    kinds += [type(tiny_thresholds(0, 0)), type(tiny_thresholds(0, 0).genuine_flagged)]
    keys = {field.name for kind in kinds for field in dataclasses.fields(kind)} | {"files"}
    assert [key for key in sorted(keys) if f"`{key}`" not in page] == []
