"""How one photo is taken: which shot, how the dryer lies, where the camera stands. Drawn independently of the label."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

import numpy as np

from training.render.geometry.surface import Floats, rotation, translation

Pose = Literal["lying", "upright"]
POSES: tuple[Pose, ...] = ("lying", "upright")
POSE_SHARES = (0.6, 0.4)


class Shot(StrEnum):
    """What a photo shows: the manifest's `view`."""

    WHOLE = "whole"
    WORD_MARK = "word_mark"
    GRILLE = "grille"
    RATING_LABEL = "rating_label"
    DETAIL = "detail"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Framing:
    """Where a shot points (product space), how much of it fits (half the picture's side) and from which side.

    `azimuth_deg` is the camera's side of the product and its spread: -90 faces the word mark, 180 the grille.
    """

    target: tuple[float, float, float]
    half_extent_cm: tuple[float, float]
    wander_cm: float
    azimuth_deg: Mapping[Pose, tuple[float, float]]
    elevation_deg: Mapping[Pose, tuple[float, float]]


_FRAMINGS: Mapping[str, _Framing] = {
    "whole": _Framing(
        target=(1.2, 0, -4.3),
        half_extent_cm=(12.0, 16.0),
        wander_cm=0.7,
        azimuth_deg={"lying": (-90, 42), "upright": (-90, 36)},
        elevation_deg={"lying": (38, 82), "upright": (4, 34)},
    ),
    "word_mark": _Framing(
        target=(-0.6, -3.5, 0.4),
        half_extent_cm=(4.6, 6.4),
        wander_cm=0.5,
        azimuth_deg={"lying": (-90, 40), "upright": (-92, 16)},
        elevation_deg={"lying": (45, 82), "upright": (4, 34)},
    ),
    "grille": _Framing(
        target=(-7.2, 0, 0),
        half_extent_cm=(4.2, 6.0),
        wander_cm=0.4,
        azimuth_deg={"lying": (180, 22), "upright": (-163, 13)},
        elevation_deg={"lying": (14, 45), "upright": (2, 28)},
    ),
    "rating_label": _Framing(
        target=(0.0, -1.4, -10.2),
        half_extent_cm=(2.4, 4.2),
        wander_cm=0.3,
        azimuth_deg={"lying": (-90, 40), "upright": (-92, 16)},
        elevation_deg={"lying": (45, 82), "upright": (4, 34)},
    ),
    "nozzle": _Framing(
        target=(8.8, -0.6, 0),
        half_extent_cm=(4.2, 6.2),
        wander_cm=0.5,
        azimuth_deg={"lying": (-20, 38), "upright": (-42, 18)},
        elevation_deg={"lying": (22, 65), "upright": (4, 34)},
    ),
    "switches": _Framing(
        target=(2.0, -0.4, -7.0),
        half_extent_cm=(3.2, 5.0),
        wander_cm=0.4,
        azimuth_deg={"lying": (-15, 26), "upright": (-32, 16)},
        elevation_deg={"lying": (25, 60), "upright": (4, 30)},
    ),
}
_DETAILS = ("nozzle", "switches")


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One photo's pose and camera. The camera stands on the -y side of the place; the seller turns the dryer."""

    shot: Shot
    framing: str
    pose: Pose
    turn_deg: float  # of the dryer about z
    lean_deg: float  # of the dryer, where it rests on its side or stands askew
    azimuth_deg: float
    elevation_deg: float
    roll_deg: float
    field_of_view_deg: float
    half_extent_cm: float
    wander_cm: tuple[float, float, float]
    aperture_cm: float
    focus_offset_cm: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Camera:
    """A pinhole's pose [4, 4] (columns: left, up, forward, origin) with its lens."""

    pose: Floats
    target: Floats
    field_of_view_deg: float
    aperture_cm: float
    focus_cm: float

    @property
    def origin(self) -> Floats:
        """The lens centre [3]."""
        centre: Floats = self.pose[:3, 3]
        return centre

    def rays(self, size_px: int) -> Floats:
        """Give the unit direction through each pixel's centre [size, size, 3]."""
        half = math.tan(math.radians(self.field_of_view_deg / 2))
        across = (1 - 2 * (np.arange(size_px) + 0.5) / size_px) * half
        left, up = np.meshgrid(across, across)
        local = np.stack([left, up, np.ones_like(left)], -1)
        local /= np.linalg.norm(local, axis=-1, keepdims=True)
        world: Floats = local @ self.pose[:3, :3].T
        return world


def draw_view(shot: Shot, pose: Pose, rng: np.random.Generator) -> View:
    """Draw how one shot is taken of a dryer in this pose."""
    name = shot.value if shot is not Shot.DETAIL else _DETAILS[rng.integers(len(_DETAILS))]
    framing = _FRAMINGS[name]
    centre, spread = framing.azimuth_deg[pose]
    side = float(rng.normal(centre, spread))
    anywhere = float(rng.uniform(0, 360))
    if pose == "lying" and shot is Shot.WHOLE and rng.random() < 0.35:  # many sellers lay it down any way round
        side = anywhere
    if pose == "upright" and shot is Shot.WHOLE:
        side = float(np.clip(side, -175, -15))
    azimuth = float(rng.normal(-90, 8))
    whole = shot is Shot.WHOLE
    spread_cm = np.array([1, 1, 0.6]) * framing.wander_cm
    aperture = float((0.05, 0.15, 0.35)[rng.integers(3)])
    return View(
        shot=shot,
        framing=name,
        pose=pose,
        turn_deg=azimuth - side,
        lean_deg=float(rng.normal(0, 0.4 if pose == "lying" else 1.5)),
        azimuth_deg=azimuth,
        elevation_deg=float(rng.uniform(*framing.elevation_deg[pose])),
        roll_deg=float(rng.normal(0, 9 if pose == "lying" else 4)),
        field_of_view_deg=float(rng.uniform(22, 38)),
        half_extent_cm=float(rng.uniform(*framing.half_extent_cm)),
        wander_cm=_triple(rng.normal(0, 1, 3) * spread_cm),
        aperture_cm=aperture if whole else min(aperture, 0.12),
        focus_offset_cm=float(rng.uniform(0, 4) if whole else rng.uniform(-0.3, 0.6)),
    )


def product_pose(view: View) -> Floats:
    """Give the 4 x 4 transform from product space to the place: lying on its +y side, or upright above the table."""
    turned = rotation(2, view.turn_deg)
    if view.pose == "upright":
        upright: Floats = turned @ translation(0, 0, 16.3) @ rotation(1, view.lean_deg)
        return upright
    on_its_side = rotation(0, -90 + 12.5 + view.lean_deg)  # 12.5 degrees bring the handle's end down to the table
    lying: Floats = turned @ translation(0, 0, 4.05) @ on_its_side
    return lying


def camera_of(view: View) -> Camera:
    """Give the camera's position and direction, in the place's space."""
    target = (product_pose(view) @ np.array([*_FRAMINGS[view.framing].target, 1.0]))[:3] + np.array(view.wander_cm)
    azimuth, elevation = math.radians(view.azimuth_deg), math.radians(view.elevation_deg)
    towards = np.array(
        [math.cos(elevation) * math.cos(azimuth), math.cos(elevation) * math.sin(azimuth), math.sin(elevation)]
    )
    distance = view.half_extent_cm / math.tan(math.radians(view.field_of_view_deg / 2))
    forward = -towards
    left = np.cross([0.0, 0.0, 1.0], forward)
    left /= np.linalg.norm(left)
    pose = np.eye(4)
    pose[:3, 0], pose[:3, 1], pose[:3, 2] = left, np.cross(forward, left), forward
    pose[:3, 3] = target + towards * distance
    return Camera(
        pose=pose @ rotation(2, view.roll_deg),
        target=target,
        field_of_view_deg=view.field_of_view_deg,
        aperture_cm=view.aperture_cm,
        focus_cm=distance - view.focus_offset_cm,
    )


def _triple(values: Floats) -> tuple[float, float, float]:
    x, y, z = values.tolist()
    return x, y, z
