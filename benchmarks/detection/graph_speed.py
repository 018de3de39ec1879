"""Processor time of a bundle's graphs for one photo on one core.

    python -m benchmarks.detection.graph_speed runs/sneakers/bundle [MORE.onnx …]

Each graph is run once a round in turn, so that other load affects all of them alike. The time is this process's CPU
time, not wall time. Graphs outside the bundle are given by their files.
"""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np

from benchmarks.detection.options import make_parser
from training.model.onnx_inference import Session, single_thread_session
from vision.bundle.bundle import read_bundle
from vision.bundle.self_test import self_test_inputs
from vision.cli.refusals import refusals_in_one_line

WARM_ROUNDS = 3


def main() -> None:
    """Print a line a graph: median milliseconds, and its speed relative to the first."""
    parser = make_parser(__doc__)
    parser.add_argument("bundle", type=Path)
    parser.add_argument("graphs", type=Path, nargs="*")
    parser.add_argument("--rounds", type=int, default=60)
    arguments = parser.parse_args()
    bundle = read_bundle(arguments.bundle)
    files = [*(arguments.bundle / graph.file for graph in bundle.metadata.graphs), *arguments.graphs]
    tile = self_test_inputs(bundle.metadata.geometry.size_px)[:1]
    sessions = [single_thread_session(file) for file in files]
    rounds = [[processor_ms(session, tile) for session in sessions] for _ in range(WARM_ROUNDS + arguments.rounds)]
    medians = np.median(rounds[WARM_ROUNDS:], axis=0)
    for file, median in zip(files, medians, strict=True):
        print(f"{file}: {median:.1f} ms, {medians[0] / median:.2f} times as fast as the first")


def processor_ms(session: Session, tile: np.ndarray) -> float:
    """Milliseconds of processor time for all outputs of one photo."""
    start = time.process_time()
    session.run(None, {"photos": tile})
    return (time.process_time() - start) * 1e3


if __name__ == "__main__":
    with refusals_in_one_line():
        main()
