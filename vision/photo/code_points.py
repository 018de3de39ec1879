"""Colour as video signals it, by code points of ITU-T H.273.

AVIF and HEIC have them in an nclx box, PNG in a cICP chunk, and an ICC profile in a cicp tag.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from vision.errors import PhotoColourUnsupported
from vision.photo.icc import SRGB_CURVE, SRGB_PRIMARIES, Chromaticities, build_rgb_profile

SEND_SRGB: Final = "save it as sRGB and send that"
_D65: Final = (0.3127, 0.329)
_C: Final = (0.31, 0.316)
_SMPTE_C: Final = Chromaticities(red=(0.63, 0.34), green=(0.31, 0.595), blue=(0.155, 0.07), white=_D65)

# H.273 table 2. 0, 2 and 3 say nothing, which means sRGB.
PRIMARIES: Final[Mapping[int, Chromaticities]] = {
    0: SRGB_PRIMARIES,
    1: SRGB_PRIMARIES,
    2: SRGB_PRIMARIES,
    3: SRGB_PRIMARIES,
    4: Chromaticities(red=(0.67, 0.33), green=(0.21, 0.71), blue=(0.14, 0.08), white=_C),
    5: Chromaticities(red=(0.64, 0.33), green=(0.29, 0.6), blue=(0.15, 0.06), white=_D65),
    6: _SMPTE_C,
    7: _SMPTE_C,
    8: Chromaticities(red=(0.681, 0.319), green=(0.243, 0.692), blue=(0.145, 0.049), white=_C),
    9: Chromaticities(red=(0.708, 0.292), green=(0.17, 0.797), blue=(0.131, 0.046), white=_D65),
    11: Chromaticities(red=(0.68, 0.32), green=(0.265, 0.69), blue=(0.15, 0.06), white=(0.314, 0.351)),
    12: Chromaticities(red=(0.68, 0.32), green=(0.265, 0.69), blue=(0.15, 0.06), white=_D65),
    22: Chromaticities(red=(0.63, 0.34), green=(0.295, 0.605), blue=(0.155, 0.077), white=_D65),
}

# H.273 table 3, as curves of a profile. The camera curves of BT.601, 709, 1361 and 2020 are shown by displays with
# about the curve of sRGB, which is also what browsers take them for: undoing the camera's curve would darken the photo.
_CURVES: Final[Mapping[int, tuple[float, ...]]] = {
    **dict.fromkeys((0, 1, 2, 3, 6, 11, 12, 13, 14, 15), SRGB_CURVE),
    4: (2.2,),
    5: (2.8,),
    7: (1 / 0.45, 1 / 1.1115, 0.1115 / 1.1115, 1 / 4, 0.0912),
    8: (1.0,),
    17: (2.6,),
}
PQ: Final = 16
HLG: Final = 18
YCGCO: Final = 8
# H.273 table 4: the matrices that no decoder inverts as they are meant.
_MATRICES_UNREAD: Final[Mapping[int, str]] = {
    10: "BT.2020 with constant luminance",
    11: "Y'D'zD'x",
    13: "constant luminance of its primaries",
    14: "ICtCp",
    15: "IPT-C2",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CodePoints:
    """Primaries and transfer by their numbers.

    is_full_range: false where black is 16 of 255 and white 235, and the decoder leaves it at that.
    """

    primaries: int
    transfer: int
    is_full_range: bool = True

    @property
    def is_hdr(self) -> bool:
        return self.transfer in (PQ, HLG)


def code_points(primaries: int, transfer: int) -> CodePoints | None:
    """Those of a file's box, None where they mean sRGB, as in almost every file."""
    points = CodePoints(primaries=primaries, transfer=transfer)
    is_srgb = PRIMARIES.get(primaries) == SRGB_PRIMARIES and _CURVES.get(transfer) == SRGB_CURVE
    return None if is_srgb else points


def check_matrix(matrix: int, unread: frozenset[int] = frozenset()) -> None:
    """Raises PhotoColourUnsupported for a matrix that the decoder takes for another; `unread` are more of these."""
    if matrix in _MATRICES_UNREAD or matrix > max(_MATRICES_UNREAD) or matrix in unread:
        name = _MATRICES_UNREAD.get(matrix, "YCgCo" if matrix == YCGCO else "unknown")
        raise PhotoColourUnsupported(f"the photo's colour matrix is {matrix} of H.273 ({name}): {SEND_SRGB}.")


def primaries_of(points: CodePoints) -> Chromaticities:
    """Raises PhotoColourUnsupported for primaries that are no RGB's."""
    found = PRIMARIES.get(points.primaries)
    if found is None:
        raise PhotoColourUnsupported(f"the photo's colour primaries are {points.primaries} of H.273: {SEND_SRGB}.")
    return found


def profile_of(points: CodePoints) -> bytes | None:
    """The ICC profile that says the same, None for sRGB; raises PhotoColourUnsupported where no profile can."""
    primaries, curve = primaries_of(points), _CURVES.get(points.transfer)
    if curve is None:
        raise PhotoColourUnsupported(f"the photo's transfer curve is {points.transfer} of H.273: {SEND_SRGB}.")
    if primaries == SRGB_PRIMARIES and curve == SRGB_CURVE:
        return None
    return build_rgb_profile(primaries, curve)
