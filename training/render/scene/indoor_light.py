"""The light of a room, a studio, an office or an evening, as a picture of what surrounds the place."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from training.render.geometry.material import Texture
from training.render.geometry.surface import Floats
from training.render.scene.tabletop import smooth_noise

_HEIGHT, _WIDTH = 64, 128
_WARM, _COOL, _NEUTRAL = np.array([1, 0.78, 0.52]), np.array([0.78, 0.9, 1.08]), np.ones(3)


@dataclass(frozen=True, slots=True, kw_only=True)
class IndoorLight:
    """Radiance from every direction: `picture` [64, 128, 3] (first row overhead), turned by `turn_deg` about z."""

    picture: Texture
    turn_deg: float

    @property
    def mean_rgb(self) -> Floats:
        """The light's mean colour [3] over all directions: what a white balance aims at."""
        weight = np.sin(np.pi * (np.arange(_HEIGHT) + 0.5) / _HEIGHT)[:, None, None]
        mean: Floats = (self.picture * weight).reshape(-1, 3).mean(0).astype(np.float64)
        return mean


def draw_indoor_light(rng: np.random.Generator) -> IndoorLight:
    """Draw walls, ceiling and floor with windows, soft boxes or lamps."""
    kind = ("room", "studio", "office", "dusk")[rng.integers(4)]
    room, wall = _draw_room(rng)
    if kind == "studio":
        _light_studio(room, rng)
    elif kind == "room":
        _light_room(room, wall, rng)
    elif kind == "office":
        for _ in range(rng.integers(2, 5)):
            _lamp(room, rng.random(), 0.06 + 0.16 * rng.random(), 0.05, 0.025, _NEUTRAL * (14 + 10 * rng.random()))
    else:
        _light_dusk(room, rng)
    return IndoorLight(picture=room.astype(np.float32), turn_deg=float(rng.uniform(0, 360)))


def _draw_room(rng: np.random.Generator) -> tuple[Floats, Floats]:
    height = np.linspace(0, 1, _HEIGHT)[:, None, None]
    wall = np.array([0.5, 0.47, 0.43]) * (0.5 + rng.random()) * (1 + 0.25 * (rng.random(3) - 0.5))
    floor = wall * 0.35 * (1 + 0.4 * (rng.random(3) - 0.5))
    room = np.where(height < 0.35, wall * 1.25, np.where(height < 0.58, wall, floor)) * np.ones((1, _WIDTH, 1))
    return room * (0.7 + 0.6 * smooth_noise(rng, _HEIGHT, _WIDTH, 3, 4))[..., None], wall


def _light_studio(room: Floats, rng: np.random.Generator) -> None:
    room *= 0.35
    for _ in range(rng.integers(2, 4)):
        x, y = rng.random(), 0.12 + 0.25 * rng.random()
        half_width, half_height = 0.04 + 0.07 * rng.random(), 0.06 + 0.12 * rng.random()
        _lamp(room, x, y, half_width, half_height, _NEUTRAL * (8 + 14 * rng.random()))


def _light_room(room: Floats, wall: Floats, rng: np.random.Generator) -> None:
    for _ in range(rng.integers(1, 3)):  # a window with its cross bars
        x, y = rng.random(), 0.3 + 0.1 * rng.random()
        _lamp(room, x, y, 0.06, 0.13, _COOL * (9 + 10 * rng.random()))
        _lamp(room, x, y, 0.003, 0.13, wall)
        _lamp(room, x, y, 0.06, 0.012, wall)
    _lamp(room, rng.random(), 0.08, 0.03, 0.04, _WARM * (10 + 15 * rng.random()))


def _light_dusk(room: Floats, rng: np.random.Generator) -> None:
    room *= 0.5
    for _ in range(2):
        _lamp(room, rng.random(), 0.2 + 0.2 * rng.random(), 0.03, 0.05, _WARM * (20 + 25 * rng.random()))
    _lamp(room, rng.random(), 0.33, 0.06, 0.12, _COOL * 3)


def _lamp(room: Floats, x: float, y: float, half_width: float, half_height: float, color: Floats) -> None:
    """Fill a rectangle, given as shares of the picture, that may run over its side edges."""
    columns = np.arange(int((x - half_width) * _WIDTH), int((x + half_width) * _WIDTH) + 1) % _WIDTH
    top, bottom = max(0, int((y - half_height) * _HEIGHT)), min(_HEIGHT, int((y + half_height) * _HEIGHT) + 1)
    room[top:bottom, columns] = color
