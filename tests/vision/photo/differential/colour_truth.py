"""Pictures in other colour spaces, by the published matrices and curves: nothing here is shared with what is tested.

Matrices for D65: Lindbloom, "RGB/XYZ Matrices"; BT.2020 and Display P3 as in CSS Color 4. Curves: IEC 61966-2-1,
SMPTE 240M, SMPTE ST 2084 and ITU-R BT.2100, with white at 203 cd/m2 (BT.2408).
"""

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
WHITE_NITS: Final = 203.0

_SRGB_TO_XYZ: Final = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
_FROM_XYZ: Final[Mapping[str, Floats]] = {
    "adobe": np.array(
        [[2.0413690, -0.5649464, -0.3446944], [-0.9692660, 1.8760108, 0.0415560], [0.0134474, -0.1183897, 1.0154096]]
    ),
    "p3": np.array(
        [
            [2.4934969119, -0.9313836179, -0.4027107845],
            [-0.8294889696, 1.7626640603, 0.0236246858],
            [0.0358458302, -0.0761723893, 0.9568845240],
        ]
    ),
    "2020": np.array(
        [
            [1.7166511880, -0.3556707838, -0.2533662814],
            [-0.6666843518, 1.6164812366, 0.0157685458],
            [0.0176398574, -0.0427706133, 0.9421031212],
        ]
    ),
    "pal": np.array(
        [[3.0628971, -1.3931791, -0.4757517], [-0.9692660, 1.8760108, 0.0415560], [0.0678775, -0.2288548, 1.0693490]]
    ),
    "smpte_c": np.array(
        [[3.5053960, -1.7394894, -0.5439640], [-1.0690722, 1.9778245, 0.0351722], [0.0563200, -0.1970226, 1.0502026]]
    ),
}
# H.273's numbers of these primaries.
PRIMARIES_CODES: Final = {"srgb": 1, "pal": 5, "smpte_c": 6, "2020": 9, "p3": 12}
# White, red, green, blue as cHRM has them.
POINTS: Final = {
    "srgb": ((0.3127, 0.329), (0.64, 0.33), (0.3, 0.6), (0.15, 0.06)),
    "adobe": ((0.3127, 0.329), (0.64, 0.33), (0.21, 0.71), (0.15, 0.06)),
    "p3": ((0.3127, 0.329), (0.68, 0.32), (0.265, 0.69), (0.15, 0.06)),
    "2020": ((0.3127, 0.329), (0.708, 0.292), (0.17, 0.797), (0.131, 0.046)),
}
# Red, green and blue under D50, as profiles have them.
COLORANTS_D50: Final = {
    "srgb": ((0.43607, 0.22249, 0.01392), (0.38515, 0.71687, 0.09708), (0.14307, 0.06061, 0.71410)),
    "adobe": ((0.60974, 0.31111, 0.01947), (0.20528, 0.62567, 0.06087), (0.14919, 0.06322, 0.74457)),
    "p3": ((0.51512, 0.24120, -0.00105), (0.29198, 0.69225, 0.04189), (0.15710, 0.06657, 0.78407)),
    "2020": ((0.67348, 0.27904, -0.00194), (0.16567, 0.67534, 0.02998), (0.12505, 0.04561, 0.79686)),
}


def to_linear(picture: NDArray[np.uint8]) -> Floats:
    """The light of an sRGB picture, 0 to 1."""
    signal = picture / 255
    light: Floats = np.where(signal <= 0.04045, signal / 12.92, ((signal + 0.055) / 1.055) ** 2.4)
    return light


def to_primaries(linear: Floats, primaries: str) -> Floats:
    """Linear sRGB as linear RGB of other primaries, colours outside them cut off."""
    if primaries == "srgb":
        return linear
    converted: Floats = linear @ (_FROM_XYZ[primaries] @ _SRGB_TO_XYZ).T
    return np.clip(converted, 0, 1)


def to_signal(picture: NDArray[np.uint8], primaries: str, transfer: str) -> Floats:
    """The picture in another colour space, 0 to 1."""
    return TRANSFERS[transfer](to_primaries(to_linear(picture), primaries))


def _srgb(light: Floats) -> Floats:
    return np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)


def _smpte_240m(light: Floats) -> Floats:
    return np.where(light < 0.0228, 4 * light, 1.1115 * light**0.45 - 0.1115)


def _pq(light: Floats) -> Floats:
    power = (light * WHITE_NITS / 10_000) ** 0.1593017578125
    return np.asarray(((0.8359375 + 18.8515625 * power) / (1 + 18.6875 * power)) ** 78.84375, np.float64)


def _hlg(light: Floats) -> Floats:
    """Of primaries of BT.2020, for a display of 1,000 cd/m2."""
    display = light * WHITE_NITS / 1_000
    luminance = np.maximum(display @ np.array([0.2627, 0.6780, 0.0593]), 1e-12)[..., None]
    scene = display * luminance ** (1 / 1.2 - 1)
    above = 0.17883277 * np.log(np.maximum(12 * scene - 0.28466892, 1e-12)) + 0.55991073
    signal: Floats = np.where(scene <= 1 / 12, np.sqrt(3 * scene), above)
    return signal


def _gamma(value: float) -> Callable[[Floats], Floats]:
    def encode(light: Floats) -> Floats:
        return light ** (1 / value)

    return encode


TRANSFERS: Final[Mapping[str, Callable[[Floats], Floats]]] = {
    "srgb": _srgb,
    "linear": lambda light: light,
    "gamma_1.8": _gamma(1.8),
    "gamma_2.2": _gamma(2.2),
    "gamma_2.6": _gamma(2.6),
    "gamma_2.8": _gamma(2.8),
    "240m": _smpte_240m,
    "pq": _pq,
    "hlg": _hlg,
}
# H.273's numbers of these curves.
TRANSFER_CODES: Final = {"srgb": 13, "linear": 8, "gamma_2.2": 4, "gamma_2.8": 5, "240m": 7, "pq": 16, "hlg": 18}


def in_bits(signal: Floats, bits: int) -> NDArray[np.uint16]:
    """The signal rounded to integers of so many bits."""
    return np.asarray(np.clip((signal * (2**bits - 1)).round(), 0, 2**bits - 1), np.uint16)
