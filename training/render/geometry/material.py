"""What surfaces are made of, and a part of the scene: a surface with its material. Independent of the renderer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from training.render.geometry.surface import Surface

Rgb = tuple[float, float, float]
"""Linear reflectance of red, green and blue, 0 to 1."""
Texture = NDArray[np.float32]
"""Linear colour [H, W, 3] or a weight [H, W], 0 to 1, first row at v = 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paint:
    """An opaque coat: one colour or a picture. `matte` reflects the same to all sides and is the fastest to render."""

    color: Rgb | Texture
    roughness: float = 0.5
    metallic: float = 0.0
    specular: float = 0.5
    matte: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Decal:
    """A print on a coat: `weight` [H, W] is 1 where the print covers."""

    under: Paint
    over: Paint
    weight: Texture


@dataclass(frozen=True, slots=True, kw_only=True)
class Perforated:
    """A coat with holes: `opacity` [H, W] is 0 in a hole."""

    paint: Paint
    opacity: Texture


Material = Paint | Decal | Perforated


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One piece of the scene; `guided` pieces show up in the denoiser's albedo picture."""

    surface: Surface
    material: Material
    guided: bool = True


def albedo(material: Material) -> Rgb | Texture:
    """Give the reflectance for the denoiser, holes black."""
    if isinstance(material, Paint):
        return material.color
    if isinstance(material, Perforated):
        return np.asarray(material.opacity[..., None] * np.asarray(material.paint.color), np.float32)
    weight = material.weight[..., None]
    mixed = weight * np.asarray(material.over.color) + (1 - weight) * np.asarray(material.under.color)
    return np.asarray(mixed, np.float32)


def linear(srgb: ArrayLike) -> Texture:
    """Turn sRGB values 0 to 1 into linear light (IEC 61966-2-1)."""
    value = np.asarray(srgb, np.float32)
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4).astype(np.float32)


def as_rgb(color: ArrayLike) -> Rgb:
    """Give three numbers as a colour, clipped to 0 to 1."""
    red, green, blue = np.clip(np.asarray(color, np.float64), 0, 1).tolist()
    return red, green, blue
