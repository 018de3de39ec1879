"""The variants of a photo that features are computed of: the photo as it is, mirrored, or a changed copy."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from training.model.onnx_inference import read_tile
from training.perturbations import photo as changes
from training.perturbations import varied
from training.perturbations.photo import CHANGES, Change, Subject
from vision.errors import ConfigError
from vision.inputs import InputGeometry, open_for_input, to_input
from vision.photo.decode import PhotoLimits, open_photo


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """A variant's code, and `read` from a photo's bytes to the network's input, uint8 [1, S, S, 3].

    `read` raises PhotoError for bytes that can't be read. `made_by` is the code that decides what the variant looks
    like, beside what opens photos: features of another version are computed anew.
    """

    code: str
    read: Callable[[bytes, InputGeometry], NDArray[np.uint8]]
    made_by: tuple[ModuleType, ...] = ()


def _tile_of_copy(sent: bytes, geometry: InputGeometry) -> NDArray[np.uint8]:
    """The input of a copy, which may be smaller than an upload has to be."""
    return to_input(open_for_input(sent, geometry, _ANY_SIZE), geometry).pixels[:1]


def _mirrored(data: bytes, geometry: InputGeometry) -> NDArray[np.uint8]:
    return np.ascontiguousarray(read_tile(data, geometry)[:, :, ::-1])


def _copied(change: Change) -> Variant:
    def read(data: bytes, geometry: InputGeometry) -> NDArray[np.uint8]:
        return _tile_of_copy(change.send(Subject(photo=open_photo(data).image)), geometry)

    return Variant(code=change.code, read=read, made_by=(changes,))


def _varied(number: int) -> Variant:
    """A copy under a change of random kind and strength, the same at every call for the same bytes."""

    def read(data: bytes, geometry: InputGeometry) -> NDArray[np.uint8]:
        seed = hashlib.sha256(data).digest()
        rng = np.random.default_rng([number, *seed])
        return _tile_of_copy(varied.vary(Subject(photo=open_photo(data).image), rng), geometry)

    return Variant(code=f"varied_{number}", read=read, made_by=(changes, varied))


_ANY_SIZE: Final = PhotoLimits(min_side_px=1)
VARIED: Final = 4  # a photo's copies under changes of random kind
AS_IT_IS: Final = Variant(code="as_it_is", read=read_tile)
MIRRORED: Final = Variant(code="mirrored", read=_mirrored)
COPIES: Final = {
    variant.code: variant
    for variant in (
        MIRRORED,
        *(_varied(number) for number in range(1, VARIED + 1)),
        *(_copied(change) for change in CHANGES if not change.needs_place),
    )
}


def require_copies(codes: tuple[str, ...]) -> None:
    """Raise ConfigError for a code that is unknown or stands twice."""
    for place, code in enumerate(codes):
        if code not in COPIES:
            raise ConfigError(f"copies names {code!r}; it takes {', '.join(COPIES)}")
        if code in codes[:place]:
            raise ConfigError(f"copies names {code!r} twice")
