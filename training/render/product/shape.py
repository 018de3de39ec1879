"""Where the dryer's skin lies, in product space: x towards the nozzle, z up, the word mark on the -y side, in cm."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from training.render.geometry.surface import Floats, signed_power, spline

BODY_PROFILE = spline(
    [[-7.3, 3.52], [-7.0, 3.74], [-5.2, 3.98], [-2.5, 4.06], [0.5, 3.95], [3.5, 3.55], [5.8, 3.16], [7.4, 3.02]], 72
)  # x and radius along the housing
HANDLE_TOP = np.array([0.7, 0.0, -2.6])
HANDLE_END = np.array([-1.2, 0.0, -14.2])
HANDLE_LENGTH = 11.6  # along z, as decals are laid out
SCREW_PLACES = (0.20, 0.90)  # down the handle, 0 to 1
PLATE_PLACE = 0.66
SWITCH_PLACE = 0.23
MARK_CENTRE_X = -0.6
MARK_LENGTH = 8.4
MARK_RAISED_RAD = 0.16  # the word mark sits a little above the equator
NOZZLE_START_X = 7.35

_BEND = 0.7
_STATIONS = (0.0, 0.12, 0.5, 0.93, 0.975, 1.0)
_HALF_DEPTH = (2.5, 1.85, 1.62, 1.75, 1.62, 1.2)
_HALF_THICKNESS = (1.9, 1.5, 1.36, 1.45, 1.34, 0.9)
_ROUNDNESS = 2.5


def body_radius(x: Floats) -> Floats:
    """Give the housing's radius at x."""
    return np.interp(x, BODY_PROFILE[:, 0], BODY_PROFILE[:, 1])


def handle_point(place: ArrayLike, angle: ArrayLike) -> Floats:
    """Give points of the handle's skin: `place` 0 to 1 down the handle, `angle` 0 at the front (+x); shape + [3]."""
    s, phi = np.broadcast_arrays(np.asarray(place, np.float64), np.asarray(angle, np.float64))
    centre = _centre_line(s)
    exponent = 2 / _ROUNDNESS
    x = centre[..., 0] + np.interp(s, _STATIONS, _HALF_DEPTH) * signed_power(np.cos(phi), exponent)
    y = np.interp(s, _STATIONS, _HALF_THICKNESS) * signed_power(np.sin(phi), exponent)
    return np.stack([x, y, centre[..., 2]], -1)


def side_patch(place: float, dx: ArrayLike, dz: ArrayLike, above: ArrayLike) -> Floats:
    """Give points `above` the handle's -y side: offsets dx along x and dz up from `place`; shape + [3]."""
    x, z, lift = np.broadcast_arrays(*(np.asarray(value, np.float64) for value in (dx, dz, above)))
    s = place - z / HANDLE_LENGTH
    half_depth, half_thickness = np.interp(s, _STATIONS, _HALF_DEPTH), np.interp(s, _STATIONS, _HALF_THICKNESS)
    inside = np.clip(1 - np.abs(x / half_depth) ** _ROUNDNESS, 0, 1)
    centre = _centre_line(s)
    return np.stack([centre[..., 0] + x, -(half_thickness * inside ** (1 / _ROUNDNESS) + lift), centre[..., 2]], -1)


def place_on_handle(z: Floats) -> Floats:
    """Give how far down the handle (0 to 1) a height z lies."""
    place: Floats = (HANDLE_TOP[2] - z) / (HANDLE_TOP[2] - HANDLE_END[2])
    return place


def handle_centre_x(place: Floats) -> Floats:
    """Give the x of the handle's centre line."""
    return _centre_line(np.clip(place, -1, 2))[..., 0]


def _centre_line(place: Floats) -> Floats:
    centre: Floats = HANDLE_TOP + (HANDLE_END - HANDLE_TOP) * place[..., None]
    centre[..., 0] += _BEND * np.sin(np.clip(place, 0, 1) * np.pi)
    return centre
