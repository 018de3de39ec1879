"""Nothing about how a listing is photographed or sold depends on its label."""

from collections import Counter, defaultdict
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import chi2_contingency, ks_2samp

from tests.training.render.small_config import many_listings, small_config
from training.render.camera.view import Shot
from training.render.config import RenderConfig
from training.render.plan import ListingPlan, PhotoPlan, draw_circumstances, plan_listings
from vision.config.read import read_config

CONFIGS = Path(__file__).parents[3] / "configs"
MIN_P = 1e-3  # the seed is fixed, so these tests either always pass or always fail


@pytest.fixture(scope="module")
def plans(tmp_path_factory: pytest.TempPathFactory) -> tuple[ListingPlan, ...]:
    return plan_listings(many_listings(tmp_path_factory.mktemp("plan"), each=640))


def photos_of(plans: tuple[ListingPlan, ...], label: str) -> list[PhotoPlan]:
    return [photo for plan in plans if plan.label == label for photo in plan.circumstances.photos]


@pytest.mark.parametrize(
    "value",
    [
        lambda photo: photo.view.turn_deg % 360,
        lambda photo: photo.view.elevation_deg,
        lambda photo: photo.view.roll_deg,
        lambda photo: photo.view.field_of_view_deg,
        lambda photo: photo.view.half_extent_cm,
        lambda photo: photo.view.aperture_cm,
        lambda photo: photo.exposure.stops,
        lambda photo: photo.exposure.blur_px,
        lambda photo: photo.place_seed,
        lambda photo: photo.render_seed,
    ],
    ids=["turn", "elevation", "roll", "field_of_view", "extent", "aperture", "exposure", "blur", "place", "seed"],
)
def test_a_photos_circumstances_are_distributed_alike_for_both_labels(
    plans: tuple[ListingPlan, ...], value: Callable[[PhotoPlan], float]
) -> None:
    genuine, counterfeit = ([value(p) for p in photos_of(plans, label)] for label in ("genuine", "counterfeit"))
    assert ks_2samp(genuine, counterfeit).pvalue > MIN_P


@pytest.mark.parametrize(
    "value",
    [
        lambda plan: plan.circumstances.phone.jpeg_quality,
        lambda plan: plan.circumstances.phone.noise,
        lambda plan: plan.circumstances.phone.white_balance,
        lambda plan: plan.circumstances.phone.sharpening_percent,
        lambda plan: int(plan.seller.removeprefix("seller-")),
        lambda plan: plan.genuine_item.nozzle_turn_rad,
        lambda plan: plan.genuine_item.body_roughness,
    ],
    ids=["jpeg_quality", "noise", "white_balance", "sharpening", "seller", "nozzle_turn", "body_roughness"],
)
def test_a_listings_circumstances_are_distributed_alike_for_both_labels(
    plans: tuple[ListingPlan, ...], value: Callable[[ListingPlan], float]
) -> None:
    genuine, counterfeit = ([value(p) for p in plans if p.label == label] for label in ("genuine", "counterfeit"))
    assert ks_2samp(genuine, counterfeit).pvalue > MIN_P


@pytest.mark.parametrize(
    "kind",
    [
        lambda plan: [str(photo.view.shot) for photo in plan.circumstances.photos],
        lambda plan: [photo.view.pose for photo in plan.circumstances.photos],
        lambda plan: [str(len(plan.circumstances.photos))],
    ],
    ids=["shots", "poses", "photo_counts"],
)
def test_shots_poses_and_photo_counts_are_as_frequent_for_both_labels(
    plans: tuple[ListingPlan, ...], kind: Callable[[ListingPlan], list[str]]
) -> None:
    counts = {
        label: Counter(k for p in plans if p.label == label for k in kind(p)) for label in ("genuine", "counterfeit")
    }
    kinds = sorted(set(counts["genuine"]) | set(counts["counterfeit"]))
    table = [[counts[label][name] for name in kinds] for label in counts]
    assert chi2_contingency(table).pvalue > MIN_P


def test_a_listing_is_photographed_the_same_whatever_its_label_is(tmp_path: Path) -> None:
    genuine = plan_listings(small_config(tmp_path, genuine=6, makers={}))
    counterfeit = plan_listings(small_config(tmp_path, genuine=0, makers={"amber": 3, "grove": 3}))
    assert [p.circumstances for p in genuine] == [p.circumstances for p in counterfeit]
    assert [p.seller for p in genuine] == [p.seller for p in counterfeit]
    assert [p.item for p in genuine] == [p.genuine_item for p in counterfeit]


def test_a_listing_starts_with_the_whole_product_and_never_repeats_a_close_up(plans: tuple[ListingPlan, ...]) -> None:
    for plan in plans:
        shots = [photo.view.shot for photo in plan.circumstances.photos]
        assert shots[0] is Shot.WHOLE
        assert len(set(shots[1:])) == len(shots) - 1
        assert 2 <= len(shots) <= 5


def test_listings_have_2_6_photos_and_every_close_up_is_common(plans: tuple[ListingPlan, ...]) -> None:
    shots = Counter(photo.view.shot for plan in plans for photo in plan.circumstances.photos)
    photos = sum(shots.values())
    assert 2.5 < photos / len(plans) < 2.7
    assert min(shots[shot] / photos for shot in Shot) > 0.10


def test_most_photos_of_a_listing_share_a_place_and_a_pose(plans: tuple[ListingPlan, ...]) -> None:
    later = [(plan.circumstances.photos[0], photo) for plan in plans for photo in plan.circumstances.photos[1:]]
    assert 0.84 < np.mean([first.place_seed == photo.place_seed for first, photo in later]) < 0.92
    assert 0.80 < np.mean([first.view.pose == photo.view.pose for first, photo in later]) < 0.90


def test_places_are_not_shared_between_listings(plans: tuple[ListingPlan, ...]) -> None:
    listings_of: dict[int, set[str]] = defaultdict(set)
    for plan in plans:
        for photo in plan.circumstances.photos:
            listings_of[photo.place_seed].add(plan.listing)
    assert max(len(listings) for listings in listings_of.values()) == 1


def test_the_same_seed_gives_the_same_plan_and_another_seed_another(tmp_path: Path) -> None:
    config = small_config(tmp_path, genuine=3)
    assert plan_listings(config) == plan_listings(config)
    assert draw_circumstances(1, 0) != draw_circumstances(2, 0)


@pytest.mark.parametrize("name", ["render.toml", "render-bench.toml"])
def test_no_listing_and_no_seller_straddles_a_split(name: str) -> None:
    plans = plan_listings(read_config(RenderConfig, CONFIGS / name))
    splits_of: dict[str, set[str]] = defaultdict(set)
    for plan in plans:
        splits_of[plan.seller].add(plan.split)
    assert max(len(splits) for splits in splits_of.values()) == 1
    assert len({plan.listing for plan in plans}) == len(plans)


def test_the_samples_test_split_alone_has_two_makers_that_training_never_saw() -> None:
    plans = plan_listings(read_config(RenderConfig, CONFIGS / "render.toml"))
    makers = {split: {p.maker for p in plans if p.split == split} - {None} for split in ("train", "val", "test")}
    assert makers["train"] == makers["val"]
    assert makers["test"] - makers["train"] == {"grove", "heron"}
    assert 1000 <= sum(len(plan.circumstances.photos) for plan in plans) <= 1200
    assert 0.45 < np.mean([plan.label == "genuine" for plan in plans]) < 0.55


def test_the_bench_has_every_maker_in_every_split_and_at_least_300_test_listings_a_label() -> None:
    plans = plan_listings(read_config(RenderConfig, CONFIGS / "render-bench.toml"))
    for split in ("train", "val", "test"):
        assert len({p.maker for p in plans if p.split == split} - {None}) == 8
    test = Counter(plan.label for plan in plans if plan.split == "test")
    assert min(test["genuine"], test["counterfeit"]) >= 300


def test_the_bench_shares_no_photo_plan_with_the_sample() -> None:
    seen = [
        {
            p.render_seed
            for plan in plan_listings(read_config(RenderConfig, CONFIGS / name))
            for p in plan.circumstances.photos
        }
        for name in ("render.toml", "render-bench.toml")
    ]
    assert not seen[0] & seen[1]
