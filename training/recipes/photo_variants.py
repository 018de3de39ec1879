"""The variants of a photo that features are computed of: the photo as it is, mirrored, or a changed copy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from training.model.onnx_inference import read_tile
from training.perturbations.photo import CHANGES, Change, Subject
from vision.errors import ConfigError
from vision.inputs import InputGeometry
from vision.photo.decode import open_photo


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """A variant's code, and `read` from a photo's bytes to the network's input, uint8 [1, S, S, 3].

    `read` raises PhotoError for bytes that can't be read.
    """

    code: str
    read: Callable[[bytes, InputGeometry], NDArray[np.uint8]]


def _mirrored(data: bytes, geometry: InputGeometry) -> NDArray[np.uint8]:
    return np.ascontiguousarray(read_tile(data, geometry)[:, :, ::-1])


def _copied(change: Change) -> Variant:
    def read(data: bytes, geometry: InputGeometry) -> NDArray[np.uint8]:
        return read_tile(change.send(Subject(photo=open_photo(data).image)), geometry)

    return Variant(code=change.code, read=read)


AS_IT_IS: Final = Variant(code="as_it_is", read=read_tile)
MIRRORED: Final = Variant(code="mirrored", read=_mirrored)
COPIES: Final = {
    variant.code: variant for variant in (MIRRORED, *(_copied(change) for change in CHANGES if not change.needs_place))
}


def require_copies(codes: tuple[str, ...]) -> None:
    """Raise ConfigError for a code that is unknown or stands twice."""
    for place, code in enumerate(codes):
        if code not in COPIES:
            raise ConfigError(f"copies names {code!r}; it takes {', '.join(COPIES)}")
        if code in codes[:place]:
            raise ConfigError(f"copies names {code!r} twice")
