"""The reference decoder: libvips, by pyvips."""

import numpy as np
from numpy.typing import NDArray


def decode_by_libvips(data: bytes) -> NDArray[np.uint8]:
    """The picture upright, in sRGB by its ICC profile, on white: uint8 [H, W, 3]."""
    try:
        import pyvips
    except (ImportError, OSError) as error:
        raise RuntimeError(
            "These tests compare with libvips, which isn't installed. Install it with `.ci/libvips` "
            "(Debian: apt-get install libvips42), and pyvips with the extra `dev`."
        ) from error
    image = pyvips.Image.new_from_buffer(data, "").autorot()
    if image.get_typeof("icc-profile-data"):
        image = image.icc_transform("srgb", embedded=True, intent="perceptual", pcs="xyz")
    image = image.colourspace("srgb")
    if image.hasalpha():
        image = image.flatten(background=[255, 255, 255])
    pixels = image.cast("uchar").numpy()
    return np.asarray(pixels, np.uint8).reshape(image.height, image.width, -1)[..., :3]
