"""Takes the photos of one listing: from its plan to JPEG bytes, masks and the cues that each photo shows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.render.camera.phone import develop, meter_light
from training.render.camera.view import Camera, camera_of, product_pose
from training.render.engine import Engine
from training.render.geometry.material import Part
from training.render.geometry.surface import Floats
from training.render.plan import ListingPlan, PhotoPlan
from training.render.product.cues import Cue
from training.render.product.makers import MAKERS
from training.render.product.product import build_product
from training.render.product.region import Region, paint_mask, shown_cues
from training.render.scene.place import Place, draw_place, furnish

_SAME_POINT_CM = 1e-3
_UNDER_SKIN_CM = 1e-2  # how far a seen point is pushed on, so that rounding never leaves it before the skin


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderedPhoto:
    """One photo: its bytes, the cues that it shows, and their mask [size, size], or None where it shows none.

    product: bool [size, size], where the product is.
    """

    number: int
    jpeg: bytes
    cues: tuple[Cue, ...]
    box: tuple[float, float, float, float]  # x0 y0 x1 y1 around the product, 0 to 1
    mask: NDArray[np.uint8] | None
    product: Region


def photograph_listing(plan: ListingPlan, engine: Engine, *, size_px: int, samples: int) -> Iterator[RenderedPhoto]:
    """Give the listing's photos in order; product and places are built once for all of them."""
    for setting in _settings(plan):
        yield _photograph(plan, setting, engine, size_px, samples)


def find_product(plan: ListingPlan, engine: Engine, *, size_px: int) -> Iterator[tuple[int, Region]]:
    """Give each photo's number and where its product is, bool [size, size], without the cost of its light."""
    for setting in _settings(plan):
        scene = engine.build_scene(setting.parts)
        yield setting.photo.number, _seen(*_distances(setting, scene, engine, size_px))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Setting:
    """What stands before the camera of one photo: the surroundings and the product, placed."""

    photo: PhotoPlan
    place: Place
    camera: Camera
    pose: Floats
    around: Sequence[Part]
    product: Sequence[Part]

    @property
    def parts(self) -> list[Part]:
        return [*self.around, *self.product]


def _settings(plan: ListingPlan) -> Iterator[_Setting]:
    product = build_product(plan.item)
    places: dict[int, Place] = {}
    for photo in plan.circumstances.photos:
        if photo.place_seed not in places:
            places[photo.place_seed] = draw_place(photo.place_seed)
        place = places[photo.place_seed]
        pose, camera = product_pose(photo.view), camera_of(photo.view)
        yield _Setting(
            photo=photo,
            place=place,
            camera=camera,
            pose=pose,
            around=furnish(place, camera, pose, np.random.default_rng(photo.cable_seed)),
            product=[Part(surface=p.surface.moved(pose), material=p.material, guided=p.guided) for p in product],
        )


def _photograph(plan: ListingPlan, setting: _Setting, engine: Engine, size_px: int, samples: int) -> RenderedPhoto:
    photo, camera, light = setting.photo, setting.camera, setting.place.light
    scene = engine.build_scene(setting.parts, light)
    radiance = engine.photograph(scene, camera, size_px, samples, photo.render_seed)
    reflectance = engine.albedo(setting.parts, camera, size_px)
    clean = engine.denoise(radiance, reflectance)
    distance, behind = _distances(setting, scene, engine, size_px)
    points, seen = _points(distance, camera, setting.pose), _seen(distance, behind)
    metering = meter_light(clean, reflectance, seen)
    jpeg = develop(clean, light.mean_rgb, metering, plan.circumstances.phone, photo.exposure)
    found: list[tuple[Cue, Region]] = []
    if plan.maker is not None:
        found = shown_cues(MAKERS[plan.maker].cues, points, seen, plan.genuine_item, plan.item)
    mask = paint_mask([region for _, region in found], size_px) if found else None
    cues = tuple(cue for cue, _ in found)
    return RenderedPhoto(number=photo.number, jpeg=jpeg, cues=cues, mask=mask, box=_box_around(seen), product=seen)


def _box_around(seen: Region) -> tuple[float, float, float, float]:
    rows, columns = np.flatnonzero(seen.any(1)), np.flatnonzero(seen.any(0))
    height, width = seen.shape
    if not len(rows):
        return 0.0, 0.0, 1.0, 1.0
    left, right = columns[0] / width, (columns[-1] + 1) / width
    return float(left), float(rows[0] / height), float(right), float((rows[-1] + 1) / height)


def _distances(setting: _Setting, scene: Any, engine: Engine, size_px: int) -> tuple[Floats, Floats]:
    """Give the distance [size, size] through each pixel to what it sees, and to what stands there without product."""
    behind = engine.build_scene(setting.around)
    return engine.distances(scene, setting.camera, size_px), engine.distances(behind, setting.camera, size_px)


def _points(distance: Floats, camera: Camera, pose: Floats) -> Floats:
    """Give what each pixel sees [H, W, 3] in product space."""
    points = camera.origin + camera.rays(len(distance)) * (distance + _UNDER_SKIN_CM)[..., None]
    to_product = np.linalg.inv(pose)
    placed: Floats = points @ to_product[:3, :3].T + to_product[:3, 3]
    return placed


def _seen(distance: Floats, behind: Floats) -> Region:
    """Give where a pixel sees the product and not its surroundings [H, W]."""
    seen: Region = (distance > 0) & ((behind == 0) | (distance < behind - _SAME_POINT_CM))
    return seen
