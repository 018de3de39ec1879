"""From a bundle's float graph to its int8 graph, by static quantisation with photos of the training set."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import onnx

from training.errors import RunError
from training.quantise.config import QuantiseConfig
from training.quantise.convolutions import Convolution, read_convolutions
from training.quantise.graph import Grid, grid_of, quantised_graph
from training.quantise.products import multiply_in_integers
from training.quantise.rounding import round_weights
from training.quantise.statistics import Statistics, gather_statistics
from vision.inputs import InputGeometry


def quantise(
    file: Path,
    out: Path,
    photos: Sequence[Path],
    geometry: InputGeometry,
    config: QuantiseConfig,
    *,
    threads: int,
    advance: Callable[[int], None],
) -> None:
    """Write the int8 version of the graph in `file` to `out`, with the same inputs and outputs.

    `photos` are all that calibrate (see `calibration_photos`); `advance` is called after each. The same graph and
    photos give the same file. Raises RunError where there is no convolution to quantise.
    """
    model = onnx.load(file)
    convolutions = read_convolutions(model, skip=config.float_convolutions)
    if not convolutions:
        raise RunError(
            f"no convolution of {file.name} can be quantised behind the first {config.float_convolutions}: lower "
            "quantise.float_convolutions, or set quantise.enabled = false"
        )
    found = gather_statistics(model, convolutions, photos, geometry, threads=threads, advance=advance)
    grids = _grids(convolutions, found, config.percentile)
    weights = {
        one.result: round_weights(one, found.inputs[one.result], input_step=grids[one.reads].step)
        for one in convolutions
    }
    result = multiply_in_integers(quantised_graph(model, convolutions, weights, grids))
    draft = out.with_name(f".{out.name}.part")
    onnx.save(result, draft)
    onnx.checker.check_model(str(draft), full_check=True)
    draft.replace(out)


def calibration_photos(photos: Sequence[Path], config: QuantiseConfig, *, seed: int) -> list[Path]:
    """The photos that calibrate, drawn from the fitted ones, in their order."""
    count = min(config.photos, len(photos))
    drawn = np.random.default_rng(seed).choice(len(photos), count, replace=False)
    return [photos[place] for place in sorted(drawn)]


def _grids(convolutions: Sequence[Convolution], found: Statistics, percentile: float) -> dict[str, Grid]:
    """The grid of every tensor that a quantised convolution reads or writes."""
    grids = {}
    for one in convolutions:
        grids[one.reads] = grid_of(*found.span(one.reads, percentile))
    for one in convolutions:
        low, high = found.span(one.result, percentile)
        high = one.ceiling if one.ceiling is not None else high
        grids[one.writes] = grid_of(0.0 if one.rectifies else low, high)
    return grids
