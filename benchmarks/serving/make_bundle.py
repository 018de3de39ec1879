"""The bundle that is measured: the demo's, at 224 px, with an int8 graph that has passed no gate.

    python -m benchmarks.serving.make_bundle [RUN/bundle] [--out FOLDER]

Without a bundle it trains one from the committed sample (two minutes of one core). The gate of an int8 graph takes 700
held-out listings, which the sample lacks, so such a bundle is for timing only, and says so: its version, metrics and
card name it, the int8 graph's `gate` stays null, and its calibration is fp32's, not fitted on its own logits.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from benchmarks.serving.work_folder import BUNDLE, ROOT, RUNS
from training.data.manifest import read_manifest
from training.model.onnx_inference import single_thread_session
from training.pipeline.int8 import INT8_FILE, measure_int8_parity
from training.quantise.config import QuantiseConfig
from training.quantise.quantise import calibration_photos, quantise
from vision.bundle.bundle import Bundle, read_bundle, seal_bundle
from vision.bundle.self_test import self_test_inputs
from vision.cli.refusals import refusals_in_one_line
from vision.config.cpu_limits import usable_cores
from vision.errors import ConfigError

SIZE_PX: Final = 224
SAMPLE: Final = ROOT / "training" / "samples" / "hair_dryers" / "manifest.csv"
NOTICE: Final = "for timing only: its int8 graph has passed no gate and uses fp32's calibration"


def train_bundle(run: Path) -> Path:
    """The demo's bundle at 224 px; trained once, and resumed after a kill."""
    bundle = run / "bundle"
    if not (bundle / "bundle.json").is_file():
        command = [sys.executable, "-m", "vision.cli.main", "train", str(ROOT / "configs" / "demo.toml")]
        command += ["--set", f"model.size_px={SIZE_PX}", "--set", f"run.folder={run}"]
        command += ["--set", "evaluation.stress_listings=0"]
        subprocess.run(command, cwd=ROOT, check=True)
    return bundle


def add_int8(source: Path, out: Path, photos: Sequence[Path], config: QuantiseConfig, *, threads: int) -> Bundle:
    """A copy of a bundle in `out` with an int8 graph beside its own, marked as ungated; raises ConfigError for a bundle
    that has one already."""
    shutil.rmtree(out, ignore_errors=True)
    shutil.copytree(source, out)
    bundle = read_bundle(out)
    metadata = bundle.metadata
    if len(metadata.graphs) != 1:
        raise ConfigError(f"{source} has {len(metadata.graphs)} graphs: give a bundle with fp32 alone.")
    (own,) = metadata.graphs
    chosen = calibration_photos(photos, config, seed=0)
    quantise(
        out / own.file, out / INT8_FILE, chosen, metadata.geometry, config, threads=threads, advance=lambda _: None
    )
    session = single_thread_session(out / INT8_FILE)
    tiles = self_test_inputs(metadata.geometry.size_px)
    logits = tuple(float(session.run(["logit"], {"photos": tile[None]})[0][0]) for tile in tiles)
    int8 = replace(own, file=INT8_FILE, precision="int8", self_test_logits=logits, gate=None)
    (out / "card.html").write_text(
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{metadata.name}</title><p>{NOTICE}.</p></html>',
        encoding="utf-8",
    )
    marked = replace(metadata, version=f"{metadata.version}-ungated", metrics={"notice": NOTICE}, graphs=(own, int8))
    both = seal_bundle(out, marked)
    parity = measure_int8_parity(both, photos)
    return seal_bundle(out, replace(marked, graphs=(own, replace(int8, parity=parity))))


def make_bundle(source: Path | None = None, out: Path = BUNDLE) -> Bundle:
    """The measured bundle, made once; from `source`, or from a run of the demo's configuration."""
    if source is None and (out / "bundle.json").is_file():
        return read_bundle(out)
    photos = [row.photo for row in read_manifest(SAMPLE).rows if row.split == "train"]
    source = source or train_bundle(RUNS / "demo-224")
    return add_int8(source, out, photos, QuantiseConfig(), threads=usable_cores())


def main() -> None:
    """Make the bundle and print its folder and the difference between int8 and fp32."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bundle", type=Path, nargs="?")
    parser.add_argument("--out", type=Path, default=BUNDLE)
    arguments = parser.parse_args()
    bundle = make_bundle(arguments.bundle, arguments.out)
    for graph in bundle.metadata.graphs:
        print(f"{bundle.folder / graph.file}: {(bundle.folder / graph.file).stat().st_size / 1e6:.1f} MB, ", end="")
        print(f"parity {graph.parity:.2g}")


if __name__ == "__main__":
    with refusals_in_one_line():
        main()
