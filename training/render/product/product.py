"""The dryer as parts: housing, grille, nozzle, handle, and what is printed on them, in product space."""

from __future__ import annotations

import numpy as np

from training.render.geometry.material import Decal, Material, Paint, Part, Perforated, as_rgb
from training.render.geometry.surface import Floats, lathe, rounded_box, signed_power, surface_of, tube
from training.render.product import artwork
from training.render.product.item import Item
from training.render.product.shape import (
    BODY_PROFILE,
    HANDLE_END,
    MARK_CENTRE_X,
    MARK_LENGTH,
    MARK_RAISED_RAD,
    NOZZLE_START_X,
    PLATE_PLACE,
    SCREW_PLACES,
    SWITCH_PLACE,
    body_radius,
    handle_point,
    side_patch,
)

_DARK = Paint(color=(0.012, 0.012, 0.012), matte=True)
_FAN = Paint(color=(0.05, 0.05, 0.055), matte=True)
_BLACK_PLASTIC = Paint(color=(0.02, 0.02, 0.022), roughness=0.45)
_COOL_BUTTON = Paint(color=(0.05, 0.18, 0.42), roughness=0.3)
_FULL_TURN = np.linspace(0, 2 * np.pi, 73)
_GRILLE_RADIUS = 3.46


def build_product(item: Item) -> tuple[Part, ...]:
    """Give every part of one dryer, in product space."""
    body = Paint(color=as_rgb(item.body_rgb), roughness=item.body_roughness)
    trim = Paint(color=as_rgb(item.trim_rgb), metallic=1.0, roughness=max(0.05, item.trim_roughness))
    return (
        _part(_housing(item), body),
        *_rear(item, trim),
        *_front(item, trim),
        *_handle(item, body, trim),
        _word_mark(item, body),
        *_rating_label(item, body),
        *_screws(item, body),
    )


def _part(points: Floats, material: Material) -> Part:
    return Part(surface=surface_of(points), material=material)


def _housing(item: Item) -> Floats:
    """Give the shell with its parting line along the top and the bottom, sampled densely there."""
    width = item.seam_width
    dense = np.concatenate(
        [
            np.linspace(-0.30, -0.75 * width, 8),
            np.linspace(-0.75 * width, 0.75 * width, 25),
            np.linspace(0.75 * width, 0.30, 8),
        ]
    )
    angles = np.unique(np.concatenate([np.linspace(-np.pi, np.pi, 73), dense + np.pi / 2, dense - np.pi / 2]))
    points = lathe(BODY_PROFILE[:, 0], BODY_PROFILE[:, 1], angles=angles)
    to_seam_cm = np.minimum(np.abs(angles - np.pi / 2), np.abs(angles + np.pi / 2)) * 4.0
    groove = -1.6 * item.seam_depth * np.exp(-((to_seam_cm / width) ** 4))
    out = groove + item.seam_step * (np.abs(angles) < np.pi / 2)
    points[..., 1] += np.cos(angles) * out
    points[..., 2] += np.sin(angles) * out
    return points


def _rear(item: Item, trim: Paint) -> list[Part]:
    turn = np.linspace(0, 2 * np.pi, 25)
    parts = [_part(lathe(-7.35 + 0.22 * np.cos(turn), 3.56 + 0.20 * np.sin(turn)), trim)]
    paint = Paint(color=as_rgb(np.asarray(item.body_rgb) * 0.8), roughness=0.4)
    material = Perforated(paint=paint, opacity=artwork.draw_grille(item))
    for layer in range(2):  # two layers give the sheet its thickness; the denoiser needs only the outer one
        radius = np.linspace(0, _GRILLE_RADIUS, 20)
        points = lathe(-7.62 + 0.30 * (radius / _GRILLE_RADIUS) ** 2 + 0.07 * layer, radius, angles=_FULL_TURN)
        uv = 0.5 - points[..., 1:] / (2 * _GRILLE_RADIUS)
        parts.append(Part(surface=surface_of(points, uv=uv), material=material, guided=layer == 0))
    parts.append(_part(lathe([-7.2, -5.6, -5.5], [3.45, 3.3, 0.0]), _DARK))
    for blade in range(7):
        radius2, sweep = np.meshgrid(np.linspace(0.6, 3.0, 6), np.linspace(0, 0.55, 6), indexing="ij")
        angle = blade * 2 * np.pi / 7 + sweep
        points = np.stack([-6.4 + sweep * 0.9, radius2 * np.cos(angle), radius2 * np.sin(angle)], -1)
        parts.append(_part(points, _FAN))
    return parts


def _front(item: Item, trim: Paint) -> list[Part]:
    outer, inner = _nozzle(item, 0.0), _nozzle(item, -0.16)
    lip = np.stack([outer[-1], (outer[-1] + inner[-1]) / 2, inner[-1]])
    return [
        _part(_trim_ring(item), trim),
        _part(outer, _BLACK_PLASTIC),
        _part(inner, _BLACK_PLASTIC),
        _part(lip, _BLACK_PLASTIC),
        _part(lathe([7.2, 7.2], [2.9, 0.0]), _DARK),
    ]


def _trim_ring(item: Item) -> Floats:
    start, width, radius = NOZZLE_START_X, item.ring_width, item.ring_radius
    corners = np.array(
        [
            [start, 2.9],
            [start, radius - 0.06],
            [start + 0.05, radius],
            [start + width - 0.05, radius],
            [start + width, radius - 0.06],
            [start + width, 2.85],
        ]
    )
    edges = [np.linspace(corners[i], corners[i + 1], 4)[:-1] for i in range(5)]
    profile = np.concatenate([*edges, corners[-1:]])
    return lathe(profile[:, 0], profile[:, 1])


def _nozzle(item: Item, offset: float) -> Floats:
    """Give the nozzle's skin, from the round ring to the flat slot; a negative offset is its inside."""
    along, turn = np.linspace(0, 1, 26)[:, None], np.linspace(0, 2 * np.pi, 121)[None]
    k = along**1.2
    k = k * k * (3 - 2 * k)
    roundness = 1 - 0.25 * k
    y = (2.86 * (1 - k) + item.nozzle_width * k + offset) * signed_power(np.cos(turn), roundness)
    z = (2.86 * (1 - k) + item.nozzle_slot * k + offset) * signed_power(np.sin(turn), roundness)
    x = np.broadcast_to(NOZZLE_START_X + item.ring_width + along * item.nozzle_length, y.shape)
    c, s = np.cos(item.nozzle_turn_rad), np.sin(item.nozzle_turn_rad)
    return np.stack([x, c * y - s * z, s * y + c * z], -1)


def _handle(item: Item, body: Paint, trim: Paint) -> list[Part]:
    places = np.concatenate([np.linspace(0, 0.9, 30), np.linspace(0.91, 1, 12)])
    grip = handle_point(*np.meshgrid(places, np.linspace(-np.pi, np.pi, 65), indexing="ij"))
    grip = np.concatenate([grip, np.broadcast_to(grip[-1].mean(0), grip[-1:].shape)])
    ribs = 0.42 + 0.05 * np.cos(np.linspace(0, 18 * np.pi, 22)) - np.linspace(0, 0.14, 22)
    relief = tube(np.linspace(HANDLE_END, HANDLE_END + np.array([-0.1, 0, -2.0]), 22), ribs)
    parts = [_part(grip, body), _part(relief, _BLACK_PLASTIC)]
    for index, paint in enumerate((_BLACK_PLASTIC, trim)):
        centre = handle_point(SWITCH_PLACE + index * item.switch_gap / 11.7, 0.0) + np.array([0.06, 0, 0])
        parts.append(_part(rounded_box((0.22, 0.62, 0.72), power=6) + centre, paint))
    centre = handle_point(SWITCH_PLACE + (item.switch_gap * 2 - 0.1) / 11.7, 0.0)
    parts.append(_part(rounded_box((0.18, 0.42, 0.42), power=3) + centre, _COOL_BUTTON))
    return parts


def _word_mark(item: Item, body: Paint) -> Part:
    width_px, height_px = artwork.MARK_SIZE_PX
    x = np.linspace(MARK_CENTRE_X - MARK_LENGTH / 2, MARK_CENTRE_X + MARK_LENGTH / 2, 60)
    down = np.linspace(0, 1, 24)[:, None]
    radius = body_radius(x)[None]
    angle = (0.5 - down) * MARK_LENGTH * height_px / width_px / radius + MARK_RAISED_RAD
    lifted = radius + 0.012
    points = np.stack([np.broadcast_to(x, angle.shape), -lifted * np.cos(angle), lifted * np.sin(angle)], -1)
    foil = Paint(color=as_rgb(item.mark_rgb), metallic=0.85, roughness=0.28)
    return _part(points, Decal(under=body, over=foil, weight=artwork.draw_word_mark(item)))


def _rating_label(item: Item, body: Paint) -> list[Part]:
    if not item.plate_present:
        return []
    color, outline = artwork.draw_rating_label(item)
    across, down = np.meshgrid(np.linspace(-1, 1, 24), np.linspace(-1, 1, 30))
    c, s = np.cos(np.radians(item.plate_tilt_deg)), np.sin(np.radians(item.plate_tilt_deg))
    x, z = across * 0.88, -down * 1.1
    dx, dz = c * x - s * z + item.plate_offset[0], s * x + c * z + item.plate_offset[1]
    plate = Paint(color=color, roughness=0.38, metallic=0.25)
    return [_part(side_patch(PLATE_PLACE, dx, dz, 0.012), Decal(under=body, over=plate, weight=outline))]


def _screws(item: Item, body: Paint) -> list[Part]:
    """Give both recesses, and the heads that are there."""
    parts = []
    turn = np.linspace(0, 2 * np.pi, 33)
    across, down = np.meshgrid(np.linspace(-1, 1, 13), np.linspace(-1, 1, 13))
    for place, present, angle in zip(SCREW_PLACES, item.screw_present, item.screw_angle_rad, strict=True):
        rim = np.array([0.36, 0.33, 0.31])[:, None]
        lift = np.array([0.004, 0.02, 0.006])[:, None]
        parts.append(_part(side_patch(place, rim * np.cos(turn), rim * np.sin(turn), lift), body))
        floor = np.array([0.31, 0.0])[:, None]
        parts.append(_part(side_patch(place, floor * np.cos(turn), floor * np.sin(turn), 0.008), _DARK))
        if present:
            color, outline = artwork.draw_screw_head(angle)
            dome = 0.02 + 0.02 * (1 - (across**2 + down**2) / 2)
            steel = Paint(color=color, metallic=0.9, roughness=0.3)
            head = Decal(under=_DARK, over=steel, weight=outline)
            parts.append(_part(side_patch(place, across * 0.27, -down * 0.27, dome), head))
    return parts
