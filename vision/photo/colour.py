"""Any picture that a decoder gives, as 8-bit sRGB on white."""

import io
from typing import Final

import numpy as np
from PIL import Image, ImageCms

_SRGB_NAMES: Final = ("srgb", "c2")  # c2 is the compact sRGB profile that many resizers embed


def to_srgb(image: Image.Image, icc_profile: bytes | None = None) -> Image.Image:
    """The picture in mode RGB: profile applied, transparency laid on white, 16 bits cut to 8."""
    flat = _without_depth(_without_palette(image))
    alpha = flat.getchannel("A") if flat.mode in ("RGBA", "LA") else None
    opaque = flat.convert("RGB" if flat.mode == "RGBA" else "L") if alpha is not None else flat
    rgb = _apply_profile(opaque, icc_profile) if icc_profile else None
    if rgb is None:
        rgb = opaque if opaque.mode == "RGB" else opaque.convert("RGB")  # Pillow would copy it
    if alpha is None:
        return rgb
    white = Image.new("RGB", rgb.size, (255, 255, 255))
    white.paste(rgb, mask=alpha)
    return white


def _without_palette(image: Image.Image) -> Image.Image:
    if image.mode in ("PA", "La", "RGBa") or "transparency" in image.info:
        return image.convert("RGBA")
    return image.convert("RGB") if image.mode == "P" else image


def _without_depth(image: Image.Image) -> Image.Image:
    if image.mode == "1":
        return image.convert("L")
    if image.mode.startswith("I"):
        return Image.fromarray((np.asarray(image).astype(np.uint32) >> 8).astype(np.uint8))
    return image


def _apply_profile(image: Image.Image, icc_profile: bytes) -> Image.Image | None:
    """The picture in sRGB, or None where the profile is sRGB already, broken, or of another kind of picture."""
    try:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(icc_profile))
        if _is_srgb(profile):
            return None
        return ImageCms.profileToProfile(image, profile, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None


def _is_srgb(profile: ImageCms.ImageCmsProfile) -> bool:
    name = (profile.profile.profile_description or "").strip().lower()
    return name.startswith(_SRGB_NAMES[0]) or name == _SRGB_NAMES[1]
