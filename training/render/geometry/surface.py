"""A surface: the triangle mesh that every part of a rendered scene is made of, in centimetres."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Surface:
    """Triangles: `vertices` [V, 3] in cm, `faces` [F, 3] vertex indices, `uv` [V, 2] texture coordinates."""

    vertices: Floats
    faces: NDArray[np.int64]
    uv: Floats

    def moved(self, transform: Floats) -> Surface:
        """Give the surface after a 4 x 4 transform."""
        vertices = self.vertices @ transform[:3, :3].T + transform[:3, 3]
        return Surface(vertices=vertices, faces=self.faces, uv=self.uv)


def surface_of(points: Floats, *, uv: Floats | None = None) -> Surface:
    """Join a grid of points [N, M, 3] into triangles; uv runs 0 to 1 along the columns and down the rows."""
    rows, columns = points.shape[:2]
    i, j = np.meshgrid(np.arange(rows - 1), np.arange(columns - 1), indexing="ij")
    a = (i * columns + j).ravel()
    b, c, d = a + 1, a + columns, a + columns + 1
    faces = np.concatenate([np.stack([a, c, b], 1), np.stack([b, c, d], 1)])
    if uv is None:
        v, u = np.meshgrid(np.linspace(0, 1, rows), np.linspace(0, 1, columns), indexing="ij")
        uv = np.stack([u, v], -1)
    return Surface(vertices=points.reshape(-1, 3), faces=faces, uv=uv.reshape(-1, 2))


def spline(control: ArrayLike, count: int) -> Floats:
    """Sample a Catmull-Rom spline through the control points [K, D] at `count` places."""
    c = np.asarray(control, np.float64)
    p = np.vstack([2 * c[0] - c[1], c, 2 * c[-1] - c[-2]])
    t = np.linspace(0, len(c) - 1 - 1e-9, count)
    i = t.astype(np.int64)
    u = (t - i)[:, None]
    a, b, d, e = p[i], p[i + 1], p[i + 2], p[i + 3]
    curve: Floats = 0.5 * (2 * b + (d - a) * u + (2 * a - 5 * b + 4 * d - e) * u**2 + (3 * b - a - 3 * d + e) * u**3)
    return curve


def lathe(x: ArrayLike, radius: ArrayLike, *, angles: Floats | None = None) -> Floats:
    """Turn a profile about the x axis: points [N, M, 3]; angle 0 points along +y."""
    turn = np.linspace(0, 2 * np.pi, 97) if angles is None else angles
    along, r = np.asarray(x, np.float64), np.asarray(radius, np.float64)
    points = np.empty((len(along), len(turn), 3))
    points[..., 0] = along[:, None]
    points[..., 1] = r[:, None] * np.cos(turn)
    points[..., 2] = r[:, None] * np.sin(turn)
    return points


def tube(path: ArrayLike, radius: ArrayLike, *, sides: int = 20) -> Floats:
    """Sweep a circle along a path [N, 3]: points [N, sides + 1, 3]."""
    centre = np.asarray(path, np.float64)
    tangent = np.gradient(centre, axis=0)
    tangent /= np.linalg.norm(tangent, axis=1, keepdims=True)
    normal = np.cross(tangent, np.array([0.13, 0.31, 0.94]))  # any axis that no path of ours runs along
    normal /= np.linalg.norm(normal, axis=1, keepdims=True)
    binormal = np.cross(tangent, normal)
    turn = np.linspace(0, 2 * np.pi, sides + 1)[None, :, None]
    ring = normal[:, None] * np.cos(turn) + binormal[:, None] * np.sin(turn)
    points: Floats = centre[:, None] + np.asarray(radius, np.float64).reshape(-1, 1, 1) * ring
    return points


def rounded_box(half_sizes: Sequence[float], *, power: float = 5.0, steps: int = 28) -> Floats:
    """Give a box with rounded edges (a super-ellipsoid) about the origin: points [steps, 2 * steps, 3]."""
    u = np.linspace(-np.pi / 2, np.pi / 2, steps)[:, None]
    v = np.linspace(-np.pi, np.pi, 2 * steps)[None]
    x, y, z = half_sizes
    parts = (
        x * signed_power(np.cos(u), 2 / power) * signed_power(np.cos(v), 2 / power),
        y * signed_power(np.cos(u), 2 / power) * signed_power(np.sin(v), 2 / power),
        z * signed_power(np.sin(u), 2 / power) * np.ones_like(v),
    )
    return np.stack(parts, -1)


def signed_power(values: Floats, exponent: float | Floats) -> Floats:
    """Give |v| ** exponent with the sign of v."""
    powered: Floats = np.sign(values) * np.abs(values) ** exponent
    return powered


def translation(x: float, y: float, z: float) -> Floats:
    """Give the 4 x 4 matrix that moves by (x, y, z)."""
    matrix = np.eye(4)
    matrix[:3, 3] = x, y, z
    return matrix


def rotation(axis: int, degrees: float) -> Floats:
    """Give the 4 x 4 matrix that turns about axis 0, 1 or 2, counter-clockwise seen from its tip."""
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    i, j = (axis + 1) % 3, (axis + 2) % 3
    matrix = np.eye(4)
    matrix[i, i], matrix[i, j], matrix[j, i], matrix[j, j] = c, -s, s, c
    return matrix
