"""A phone's camera: exposure, white balance, vignette, noise, tone curve, blur, sharpening, JPEG."""

from __future__ import annotations

import io
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from training.render.geometry.material import Texture
from training.render.geometry.surface import Floats

_LUMA = np.array([0.2126, 0.7152, 0.0722], np.float32)
_NOMINAL_REFLECTANCE = 0.07  # the dark housing and what it mirrors
_MIN_SURROUNDINGS = 0.08  # of the picture; with less the camera meters the product, as there is nothing else


@dataclass(frozen=True, slots=True, kw_only=True)
class Phone:
    """One seller's phone: what stays the same through the photos of a listing."""

    white_balance: float  # 0 leaves the light's colour in, 1 takes all of it out
    tint: tuple[float, float, float]
    vignette: float
    noise: float
    sharpening_percent: int  # 0 is none
    jpeg_quality: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """What differs from photo to photo on one phone."""

    stops: float  # natural logarithm of the gain
    tint: tuple[float, float, float]
    blur_px: float
    noise_seed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Metering:
    """What the exposure is chosen by, in the scene's units."""

    mean_log_luma: float
    brightest_luma: float  # of the 98th percentile


def draw_phone(rng: np.random.Generator) -> Phone:
    """Draw one phone."""
    sharpens = rng.random() < 0.6
    return Phone(
        white_balance=float(rng.uniform(0.55, 1.0)),
        tint=_tint(rng, 0.025),
        vignette=float(rng.uniform(0, 0.22)),
        noise=math.exp(rng.uniform(math.log(0.0005), math.log(0.006))),
        sharpening_percent=int(rng.integers(30, 110)) if sharpens else 0,
        jpeg_quality=int(rng.integers(60, 88)),
    )


def draw_exposure(rng: np.random.Generator) -> Exposure:
    """Draw one photo's exposure."""
    return Exposure(
        stops=float(rng.normal(-0.4, 0.22)),
        tint=_tint(rng, 0.015),
        blur_px=float((0, 0, 0.4, 0.7, 1.0)[rng.integers(5)]),
        noise_seed=int(rng.integers(1 << 31)),
    )


def meter_light(radiance: Texture, reflectance: Texture, product: NDArray[np.bool_]) -> Metering:
    """Meter a picture [H, W, 3] as a camera does, by its mean, but count the product [H, W] as a nominal one.

    A camera that metered the product itself would show a glossy counterfeit before a darker table, and the table
    would give the label away.
    """
    luma, around = radiance @ _LUMA, ~product
    if around.mean() < _MIN_SURROUNDINGS:
        return Metering(mean_log_luma=_mean_log(luma), brightest_luma=float(np.percentile(luma, 98)))
    surroundings = _mean_log(luma[around])
    light = surroundings - _mean_log((reflectance @ _LUMA)[around])
    nominal = light + math.log(_NOMINAL_REFLECTANCE)
    share = float(product.mean())
    return Metering(
        mean_log_luma=share * nominal + (1 - share) * surroundings,
        brightest_luma=float(np.percentile(luma[around], 98)),
    )


def develop(radiance: Texture, light_rgb: Floats, metering: Metering, phone: Phone, exposure: Exposure) -> bytes:
    """Turn radiance [H, W, 3] into the JPEG that this phone would have saved; `light_rgb` [3] is the light's colour."""
    rng = np.random.default_rng(exposure.noise_seed)
    gain = _gain(metering, exposure.stops) * (light_rgb.mean() / light_rgb) ** phone.white_balance
    gain = gain * np.array(phone.tint) * np.array(exposure.tint)
    picture = radiance * gain.astype(np.float32)
    picture = _vignetted(picture, phone.vignette)
    noise = np.sqrt(phone.noise * np.clip(picture, 0, 4) * 0.12 + phone.noise**2)  # shot noise and read noise
    picture = picture + rng.normal(0, 1, picture.shape).astype(np.float32) * noise
    photo = Image.fromarray((_tone(picture) * 255 + 0.5).astype(np.uint8))
    if exposure.blur_px:
        photo = photo.filter(ImageFilter.GaussianBlur(exposure.blur_px))
    if phone.sharpening_percent:
        photo = photo.filter(ImageFilter.UnsharpMask(1.2, phone.sharpening_percent, 2))
    file = io.BytesIO()
    photo.save(file, "JPEG", quality=phone.jpeg_quality)
    return file.getvalue()


def _gain(metering: Metering, stops: float) -> float:
    """Expose for the mean, but keep the brightest 2 % from burning out."""
    wanted = 0.42 * math.exp(stops - metering.mean_log_luma)
    return min(wanted, 3.52 / (metering.brightest_luma + 1e-6))


def _mean_log(luma: Texture) -> float:
    return float(np.mean(np.log(luma + 1e-3)))


def _vignetted(picture: Texture, strength: float) -> Texture:
    rows, columns = picture.shape[:2]
    y, x = np.linspace(-1, 1, rows)[:, None], np.linspace(-1, 1, columns)[None]
    return picture * (1 - strength * (x**2 + y**2) / 2)[..., None].astype(np.float32)


def _tone(picture: Texture) -> Texture:
    """Apply a filmic curve (Narkowicz's ACES fit) and the sRGB transfer: 0 to 1."""
    a = np.clip(picture, 0, None) * 0.9
    film = np.clip(a * (2.51 * a + 0.03) / (a * (2.43 * a + 0.59) + 0.14), 0, 1)
    return np.where(film <= 0.0031308, 12.92 * film, 1.055 * film ** (1 / 2.4) - 0.055).astype(np.float32)


def _tint(rng: np.random.Generator, sigma: float) -> tuple[float, float, float]:
    red, green, blue = np.exp(rng.normal(0, sigma, 3)).tolist()
    return red, green, blue
