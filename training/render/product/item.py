"""One hair dryer's measures: the genuine specification and its manufacturing tolerances."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from training.render.geometry.material import Rgb

BRAND = "KORVELLE"
MODEL = "MODEL KX-21"
VOLTAGE = "220-240 V~"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """Every measure that can differ between two dryers; the defaults are the genuine specification.

    Lengths are in cm, angles as named, colours linear. Word-mark spacing, offset and wobble are in letter heights.
    """

    body_rgb: Rgb = (0.028, 0.030, 0.038)
    body_roughness: float = 0.33
    trim_rgb: Rgb = (0.93, 0.66, 0.55)
    trim_roughness: float = 0.16

    mark_rgb: Rgb = (0.80, 0.62, 0.54)
    mark_spacing: float = 0.17
    mark_wobble: tuple[tuple[float, float], ...] = ()  # offset of each letter
    mark_stroke_px: int = 2
    mark_width: float = 1.0
    mark_has_bar: bool = True
    mark_offset: tuple[float, float] = (0.0, 0.0)
    mark_tilt_deg: float = 0.0

    screw_present: tuple[bool, bool] = (True, True)
    screw_angle_rad: tuple[float, float] = (0.0, 1.0)

    grille_ring_holes: tuple[int, ...] = (1, 6, 12, 18, 24, 30, 36)
    grille_pitch: float = 0.142  # of the grille's radius, between rings
    grille_hole: float = 0.047  # of the grille's radius

    nozzle_length: float = 4.1
    nozzle_slot: float = 0.62
    nozzle_width: float = 3.5
    nozzle_turn_rad: float = 0.0
    ring_width: float = 0.55
    ring_radius: float = 3.22

    seam_width: float = 0.035
    seam_depth: float = 0.025
    seam_step: float = 0.0

    plate_present: bool = True
    plate_tilt_deg: float = 0.0
    plate_offset: tuple[float, float] = (0.0, 0.0)
    plate_model: str = MODEL
    plate_voltage: str = VOLTAGE
    serial: int = 100_000_000

    switch_gap: float = 1.9


def draw_genuine_item(rng: np.random.Generator) -> Item:
    """Draw one dryer off the genuine line: the specification within its tolerances, its own serial and screw angles."""
    spec = Item()

    def off(sigma: float) -> float:
        return float(rng.normal(0, sigma))

    return replace(
        spec,
        body_rgb=(
            spec.body_rgb[0] * (1 + off(0.02)),
            spec.body_rgb[1] * (1 + off(0.02)),
            spec.body_rgb[2] * (1 + off(0.02)),
        ),
        body_roughness=spec.body_roughness + off(0.008),
        trim_roughness=spec.trim_roughness + off(0.008),
        mark_offset=(off(0.012), off(0.010)),
        mark_tilt_deg=off(0.12),
        screw_angle_rad=(float(rng.random() * np.pi), float(rng.random() * np.pi)),
        nozzle_length=spec.nozzle_length + off(0.015),
        nozzle_slot=spec.nozzle_slot + off(0.008),
        nozzle_turn_rad=float(rng.uniform(-0.5, 0.5)) + float(rng.integers(2)) * np.pi / 2,
        ring_width=spec.ring_width + off(0.006),
        seam_width=spec.seam_width * (1 + off(0.05)),
        plate_tilt_deg=off(0.35),
        plate_offset=(off(0.012), off(0.012)),
        serial=int(rng.integers(100_000_000, 999_999_999)),
    )
