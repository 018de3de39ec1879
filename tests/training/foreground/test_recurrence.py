"""The teacher that nobody taught: it finds what recurs in photos, on a network of random weights and a real one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.training.builders.network import small_network
from training.data.cells import box_in_cells
from training.data.photo_row import PhotoRow
from training.foreground.recurrence import RecurringProduct, fit_recurring_product, teacher_for
from training.foreground.targets import foreground_target
from training.model.network import Network, build_network
from vision.errors import PhotoError
from vision.inputs import InputGeometry
from vision.photo.decode import open_photo

GEOMETRY = InputGeometry(size_px=256)


def photos_of_one_thing(folder: Path, n: int, *, width: int = 256, height: int = 256) -> list[PhotoRow]:
    """A striped square somewhere in the middle, each time before surroundings of another colour and grain."""
    rng = np.random.default_rng(0)
    rows = []
    for number in range(n):
        coarse = rng.integers(0, 256, (3, 3, 3), np.uint8)
        scene = np.array(Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC)).astype(int)
        scene += rng.integers(-12, 13, scene.shape)
        side = height // 2
        left, top = (
            int(rng.integers(width // 8, width - side - width // 8)),
            int(rng.integers(height // 8, height // 3)),
        )
        stripes = 255 * (np.arange(side)[:, None] // 8 % 2) * np.ones((1, side), int)
        scene[top : top + side, left : left + side] = stripes[..., None]
        photo = folder / f"{number}.png"
        Image.fromarray(scene.clip(0, 255).astype(np.uint8)).save(photo)
        box = (left / width, top / height, (left + side) / width, (top + side) / height)
        rows.append(PhotoRow(row=number + 2, photo=photo, label=None, product="thing", listing=f"L{number}", box=box))
    return rows


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> list[PhotoRow]:
    return photos_of_one_thing(tmp_path_factory.mktemp("things"), 24)


@pytest.fixture(scope="module")
def network() -> Network:
    return small_network()


@pytest.fixture(scope="module")
def teacher(rows: list[PhotoRow], network: Network) -> RecurringProduct:
    return fit_recurring_product(network, [row.photo for row in rows[:16]], GEOMETRY, seed=0)


def separation(teacher: RecurringProduct, rows: list[PhotoRow]) -> float:
    """The mean estimate in places inside the known box, minus that outside."""
    inside, outside = [], []
    for row in rows:
        found = teacher.saliency(open_photo(row.photo.read_bytes()))
        assert row.box is not None
        cells = box_in_cells(row.box, (found.values.shape[0], found.values.shape[1]), found.frame)
        inside += found.values[cells > 0.9].tolist()
        outside += found.values[cells == 0].tolist()
    return float(np.mean(inside) - np.mean(outside))


def test_what_recurs_is_found_in_the_photos_that_it_was_fitted_on_and_in_others(rows: list[PhotoRow]) -> None:
    network = build_network("tf_efficientnet_lite0", "package", taps=(2, 3, 4)).eval()
    teacher = fit_recurring_product(network, [row.photo for row in rows[:16]], GEOMETRY, seed=0)
    assert separation(teacher, rows[:16]) > 0.6
    assert separation(teacher, rows[16:]) > 0.6


def test_even_random_weights_part_what_recurs_from_what_surrounds_it(
    teacher: RecurringProduct, rows: list[PhotoRow]
) -> None:
    assert separation(teacher, rows[16:]) > 0.2


def test_a_photo_gives_the_same_estimate_whether_it_was_fitted_on_or_not(
    teacher: RecurringProduct, rows: list[PhotoRow]
) -> None:
    photo = open_photo(rows[0].photo.read_bytes())
    forgetful = replace(teacher, known={})
    np.testing.assert_allclose(teacher.saliency(photo).values, forgetful.saliency(photo).values, atol=1e-4)


def test_the_same_photos_and_seed_give_the_same_teacher(
    teacher: RecurringProduct, rows: list[PhotoRow], network: Network
) -> None:
    again = fit_recurring_product(network, [row.photo for row in rows[:16]], GEOMETRY, seed=0)
    np.testing.assert_array_equal(again.direction, teacher.direction)
    assert (again.low, again.high) == (teacher.low, teacher.high)


def test_the_bars_of_a_letterbox_are_never_product(tmp_path: Path, network: Network) -> None:
    wide = photos_of_one_thing(tmp_path, 8, width=256, height=128)
    teacher = fit_recurring_product(network, [row.photo for row in wide], GEOMETRY, seed=0)
    found = teacher.saliency(open_photo(wide[0].photo.read_bytes()))
    assert found.frame == pytest.approx((0, -0.5, 1, 1.5))
    assert (found.values[:2] == 0).all()
    assert (found.values[-2:] == 0).all()
    target = foreground_target(replace(wide[0], box=None), 8, GEOMETRY, teacher)
    assert target is not None
    np.testing.assert_allclose(target.values, found.values, atol=1e-6)


def test_only_a_source_that_asks_for_it_and_photos_that_need_it_get_a_teacher(
    rows: list[PhotoRow], network: Network
) -> None:
    boxed, bare = rows[:3], [*rows[:2], replace(rows[2], box=None)]

    def has_teacher(rows: list[PhotoRow], source: str) -> bool:
        return teacher_for(network, rows, GEOMETRY, source, seed=0) is not None  # type: ignore[arg-type]

    assert not has_teacher(boxed, "auto")
    assert has_teacher(bare, "auto")
    assert has_teacher(boxed, "saliency")
    assert not any(has_teacher(bare, source) for source in ("mask", "box", "none"))


def test_a_photo_that_cant_be_read_is_refused(tmp_path: Path, network: Network) -> None:
    (tmp_path / "broken.jpg").write_bytes(b"text")
    with pytest.raises(PhotoError):
        fit_recurring_product(network, [tmp_path / "broken.jpg"], GEOMETRY, seed=0)
