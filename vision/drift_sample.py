"""A bundle's validation sample: its outputs on held-out listings, to compare later photos with.

One row a listing, by one of its photos: photos of a listing are alike, so that rows are independent only this way. The
same function measures the sample and what is served.
"""

import io
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from vision.bundle.bundle import Bundle
from vision.bundle.metadata import GraphMetadata, Precision
from vision.errors import BundleError
from vision.verdict import PhotoJudgement

DIRECTIONS: Final = 6
_ALWAYS: Final = ("authenticity", "bits_per_px", "sharpness", "shadow", "brightness", "highlight")
_BROKEN: Final = (ValueError, KeyError, TypeError, OSError, EOFError, zipfile.BadZipFile, zlib.error)  # numpy's, of npz
_EMBEDDED: Final = (*(f"embedding_{n}" for n in range(1, DIRECTIONS + 1)), "embedding_rest")


@dataclass(frozen=True, slots=True, kw_only=True)
class Projection:
    """The directions in which the sample's embeddings vary most: centre float32 [D], directions float32 [K, D].

    An embedding is measured by its K coordinates and by how far it lies from their plane.
    """

    centre: NDArray[np.float32]
    directions: NDArray[np.float32]

    def measure(self, embedding: NDArray[np.float32]) -> dict[str, float]:
        """Coordinates `embedding_1` … and `embedding_rest`, the distance to the plane of all directions."""
        apart = embedding - self.centre  # [D]
        along = self.directions @ apart  # [K]
        rest = float(np.sqrt(max(0.0, float(apart @ apart - along @ along))))
        return dict(zip(_EMBEDDED, [*_padded(along), rest], strict=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidationSample:
    """One row a held-out listing: `values` float64 [M] by measure, its label and product.

    A value is NaN where a row has none: rows that the directions were fitted on lie closer to them than others do, so
    they have no place in them.
    """

    values: Mapping[str, NDArray[np.float64]]
    counterfeit: NDArray[np.bool_]
    product: tuple[str, ...]
    projection: Projection | None


def representative_photo(judgements: Sequence[PhotoJudgement]) -> PhotoJudgement | None:
    """The photo that represents a listing: the readable one with the smallest sha256, as good as a random draw."""
    return min((one for one in judgements if one.logit is not None), key=lambda one: one.sha256, default=None)


def measure_photo(
    judgement: PhotoJudgement, graph: GraphMetadata, projection: Projection | None
) -> dict[str, float] | None:
    """A judged photo's measures by name; None for one that was not read.

    `authenticity` is at the validation's share of counterfeits; `novelty`, `product_share` and the embedding's are
    there where the graph and the projection are.
    """
    if judgement.logit is None or judgement.measures is None or judgement.bits_per_px is None:
        return None
    seen = judgement.measures
    values = {
        "authenticity": graph.photo_calibration.authenticity(judgement.logit),
        "bits_per_px": judgement.bits_per_px,
        "sharpness": seen.sharpness,
        "shadow": float(seen.shadow),
        "brightness": float(seen.brightness),
        "highlight": float(seen.highlight),
    }
    if seen.product_share is not None:
        values["product_share"] = seen.product_share
    if judgement.novelty is not None:
        values["novelty"] = judgement.novelty
    if projection is not None and judgement.embedding is not None:
        values |= projection.measure(judgement.embedding)
    return values


def fit_projection(embeddings: NDArray[np.float32]) -> Projection | None:
    """The principal directions of embeddings [M, D]; None where there are too few to have any.

    What they were fitted on varies more along them than anything else does, so none of it may be compared by them.
    """
    if len(embeddings) <= DIRECTIONS:
        return None
    centre = embeddings.mean(0)
    _, _, directions = np.linalg.svd(embeddings - centre, full_matrices=False)  # [min(M, D), D], the longest first
    return Projection(centre=centre, directions=directions[:DIRECTIONS])


def sample_file(precision: Precision) -> str:
    """The name of a graph's sample inside the bundle."""
    return f"validation-{precision}.npz"


def write_sample(folder: Path, precision: Precision, sample: ValidationSample) -> None:
    """Write the sample of a graph into a bundle's folder, which is then to be sealed."""
    arrays: dict[str, NDArray[np.generic]] = {
        **{f"value:{name}": values for name, values in sample.values.items()},
        "counterfeit": sample.counterfeit,
        "product": np.array(sample.product, np.str_),
    }
    if sample.projection is not None:
        arrays |= {"centre": sample.projection.centre, "directions": sample.projection.directions}
    with (folder / sample_file(precision)).open("wb") as stream:
        np.savez_compressed(stream, **arrays)  # type: ignore[arg-type]  # numpy's stub takes `allow_pickle` for one of them


def read_sample(bundle: Bundle, graph: GraphMetadata) -> ValidationSample | None:
    """The sample of one of a bundle's graphs; None where the bundle has none, as older ones. Raises BundleError."""
    name = sample_file(graph.precision)
    if name not in bundle.files:
        return None
    try:
        with np.load(io.BytesIO(bundle.read_file(name)), allow_pickle=False) as arrays:
            return _sample_from({key: arrays[key] for key in arrays.files})
    except _BROKEN as error:
        raise BundleError(
            f"{bundle.folder / name} is no validation sample ({error}): train the bundle again."
        ) from error


def _sample_from(arrays: Mapping[str, NDArray[np.generic]]) -> ValidationSample:
    values = {
        key.removeprefix("value:"): array.astype(np.float64)
        for key, array in arrays.items()
        if key.startswith("value:")
    }
    counterfeit = arrays["counterfeit"].astype(np.bool_)
    product = tuple(str(name) for name in arrays["product"])
    rows = {len(counterfeit), len(product), *(len(column) for column in values.values())}
    if len(rows) != 1 or not set(_ALWAYS) <= set(values):
        raise ValueError(f"it has columns of {sorted(rows)} rows: {', '.join(sorted(values))}")
    if any(np.isinf(column).any() or np.isnan(column).all() for column in values.values()):
        raise ValueError("a column has no number, or an infinite one")
    projection = None
    if "centre" in arrays:
        centre, directions = arrays["centre"].astype(np.float32), arrays["directions"].astype(np.float32)
        if centre.ndim != 1 or directions.shape[1:] != centre.shape or len(directions) > DIRECTIONS:
            raise ValueError(
                f"directions {list(directions.shape)} beside centre {list(centre.shape)}: expected [K, D] and [D], "
                f"with K at most {DIRECTIONS}"
            )
        projection = Projection(centre=centre, directions=directions)
    return ValidationSample(values=values, counterfeit=counterfeit, product=product, projection=projection)


def _padded(along: NDArray[np.float32]) -> list[float]:
    """Embeddings of fewer dimensions than directions have zeros for the others."""
    return [*along.tolist(), *[0.0] * (DIRECTIONS - len(along))]
