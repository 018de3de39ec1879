"""Where a seller takes photos: light, table, wall and other objects. Drawn independently of the label."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from training.render.camera.view import Camera
from training.render.geometry.material import Paint, Part, as_rgb, linear
from training.render.geometry.surface import (
    Floats,
    Surface,
    lathe,
    rotation,
    rounded_box,
    spline,
    surface_of,
    translation,
    tube,
)
from training.render.product.shape import HANDLE_END
from training.render.scene.indoor_light import IndoorLight, draw_indoor_light
from training.render.scene.tabletop import draw_covering, mute

_CABLE = Paint(color=(0.02, 0.02, 0.02), roughness=0.5)
_CABLE_RADIUS_CM = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One spot in one room. Clutter stands about the origin; table and wall follow the camera's target."""

    light: IndoorLight
    table: Paint
    table_turn_deg: float
    wall: Paint
    wall_distance_cm: float
    repeats: float  # of a covering's picture, across table and wall
    clutter: tuple[Part, ...]


def draw_place(seed: int) -> Place:
    """Draw one place."""
    rng = np.random.default_rng(seed)
    light = draw_indoor_light(rng)
    table = draw_covering(rng)
    wall = draw_covering(rng, min_roughness=0.4)
    return Place(
        light=light,
        table=table,
        table_turn_deg=float(rng.uniform(0, 360)),
        wall=wall,
        wall_distance_cm=float(rng.uniform(18, 45)),
        repeats=float(rng.uniform(1.5, 3.5)),
        clutter=tuple(_draw_clutter(rng) for _ in range(rng.integers(0, 4))),
    )


def furnish(place: Place, camera: Camera, product: Floats, rng: np.random.Generator) -> tuple[Part, ...]:
    """Give the place's parts for one photo, and the cable of a dryer whose pose is `product` [4, 4]."""
    x, y = camera.target[:2]
    table = translation(x, y, 0) @ rotation(2, place.table_turn_deg)
    wall = translation(x, y + place.wall_distance_cm, 0) @ rotation(0, 90)
    objects = translation(x, y, 0)
    return (
        Part(surface=_sheet(70, 70, place.repeats).moved(table), material=place.table),
        Part(surface=_sheet(90, 60, place.repeats).moved(wall), material=place.wall),
        *(Part(surface=part.surface.moved(objects), material=part.material) for part in place.clutter),
        _cable(product, rng),
    )


def _sheet(half_width: float, half_height: float, repeats: float) -> Surface:
    """Give a flat sheet about the origin in the xy plane, its picture repeated across."""
    x, y = np.meshgrid([-half_width, half_width], [-half_height, half_height])
    uv = np.stack(np.meshgrid([0.0, repeats], [0.0, repeats]), -1)
    return surface_of(np.stack([x, y, np.zeros_like(x)], -1), uv=uv)


def _draw_clutter(rng: np.random.Generator) -> Part:
    """Draw a box, a ball or a cup behind or beside the product, seen from the camera on the -y side."""
    angle, away = math.pi / 2 + float(rng.uniform(-1.3, 1.3)), float(rng.uniform(17, 26))
    color = as_rgb(linear(mute(rng.random(3), 0.55) * 0.8 + 0.1))
    roughness, metallic = float(rng.uniform(0.15, 0.8)), float(rng.random() < 0.2)
    height, kind = float(rng.uniform(1.5, 9)), int(rng.integers(3))
    up = np.array([0, 0, height / 2])
    if kind == 0:
        sizes = (float(rng.uniform(2, 7)), float(rng.uniform(2, 5)), height / 2)
        points = rounded_box(sizes, power=14) + up
    elif kind == 1:
        turn = np.linspace(0, np.pi, 40)
        points = lathe(-height / 2 * np.cos(turn), height / 2 * np.sin(turn)) + up
    else:
        profile = spline([[0, 2.2], [height * 0.5, 2.0 + rng.random()], [height, 2.6]], 24)
        points = lathe(profile[:, 0], profile[:, 1])[..., [2, 1, 0]]
    spot = translation(away * math.cos(angle), away * math.sin(angle), 0) @ rotation(2, float(rng.uniform(0, 90)))
    paint = Paint(color=color, roughness=roughness, metallic=metallic)
    return Part(surface=surface_of(points).moved(spot), material=paint)


def _cable(product: Floats, rng: np.random.Generator) -> Part:
    """Lay the cable from the handle's end down to the table and away."""
    start = (product @ np.append(HANDLE_END + np.array([-0.1, 0, -1.9]), 1))[:3]
    down = product[:3, :3] @ np.array([-0.1, 0, -1.0])
    heading = down[:2] if np.linalg.norm(down[:2]) > 0.3 else np.array([0.0, 1.0]) + rng.normal(0, 0.6, 2)
    heading = heading / np.linalg.norm(heading)
    here = np.append((start + down * 2.2)[:2] + heading * 1.5, _CABLE_RADIUS_CM + 0.02)
    path = [start - down * 0.2, start + down, here]
    for bend in rng.normal(0.25, 0.55, 6):
        c, s = math.cos(bend), math.sin(bend)
        heading = np.array([c * heading[0] - s * heading[1], s * heading[0] + c * heading[1]])
        here = here + np.append(heading * 5.0, 0)
        path.append(here)
    return Part(surface=surface_of(tube(spline(path, 140), _CABLE_RADIUS_CM)), material=_CABLE)
