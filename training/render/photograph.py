"""Takes the photos of one listing: from its plan to JPEG bytes, masks and the cues that each photo shows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

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
    """One photo: its bytes, the cues that it shows, and their mask [size, size], or None where it shows none."""

    number: int
    jpeg: bytes
    cues: tuple[Cue, ...]
    box: tuple[float, float, float, float]  # x0 y0 x1 y1 around the product, 0 to 1
    mask: NDArray[np.uint8] | None


def photograph_listing(plan: ListingPlan, engine: Engine, *, size_px: int, samples: int) -> Iterator[RenderedPhoto]:
    """Give the listing's photos in order; product and places are built once for all of them."""
    product = build_product(plan.item)
    places: dict[int, Place] = {}
    for photo in plan.circumstances.photos:
        if photo.place_seed not in places:
            places[photo.place_seed] = draw_place(photo.place_seed)
        yield _photograph(plan, photo, product, places[photo.place_seed], engine, size_px, samples)


def _photograph(
    plan: ListingPlan,
    photo: PhotoPlan,
    product: tuple[Part, ...],
    place: Place,
    engine: Engine,
    size_px: int,
    samples: int,
) -> RenderedPhoto:
    pose, camera = product_pose(photo.view), camera_of(photo.view)
    around = furnish(place, camera, pose, np.random.default_rng(photo.cable_seed))
    placed = [Part(surface=p.surface.moved(pose), material=p.material, guided=p.guided) for p in product]
    parts = [*around, *placed]
    scene = engine.build_scene(parts, place.light)
    radiance = engine.photograph(scene, camera, size_px, samples, photo.render_seed)
    reflectance = engine.albedo(parts, camera, size_px)
    clean = engine.denoise(radiance, reflectance)
    distance = engine.distances(scene, camera, size_px)
    behind = engine.distances(engine.build_scene(around), camera, size_px)
    points, seen = _seen_points(distance, behind, camera, pose)
    metering = meter_light(clean, reflectance, seen)
    jpeg = develop(clean, place.light.mean_rgb, metering, plan.circumstances.phone, photo.exposure)
    found: list[tuple[Cue, Region]] = []
    if plan.maker is not None:
        found = shown_cues(MAKERS[plan.maker].cues, points, seen, plan.genuine_item, plan.item)
    mask = paint_mask([region for _, region in found], size_px) if found else None
    cues = tuple(cue for cue, _ in found)
    return RenderedPhoto(number=photo.number, jpeg=jpeg, cues=cues, mask=mask, box=_box_around(seen))


def _box_around(seen: Region) -> tuple[float, float, float, float]:
    rows, columns = np.flatnonzero(seen.any(1)), np.flatnonzero(seen.any(0))
    height, width = seen.shape
    if not len(rows):
        return 0.0, 0.0, 1.0, 1.0
    left, right = columns[0] / width, (columns[-1] + 1) / width
    return float(left), float(rows[0] / height), float(right), float((rows[-1] + 1) / height)


def _seen_points(distance: Floats, behind: Floats, camera: Camera, pose: Floats) -> tuple[Floats, Region]:
    """Give what each pixel sees [H, W, 3] in product space, and where that is the product and not its surroundings."""
    points = camera.origin + camera.rays(len(distance)) * (distance + _UNDER_SKIN_CM)[..., None]
    to_product = np.linalg.inv(pose)
    seen = (distance > 0) & ((behind == 0) | (distance < behind - _SAME_POINT_CM))
    return points @ to_product[:3, :3].T + to_product[:3, 3], seen
