"""The int8 graph of a run: what int8 networks say of listings that they never saw, and the graph that then ships.

Every network that answers for the run's calibration is quantised as well, with photos that it learnt from, and judges
what it left out. These answers calibrate the int8 graph and go through its gate. They need the float graphs alone, so
a run that was trained before can be given an int8 graph without training anything.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console

from training.calibration.held_out import CalibrationSet, read_fold_answers
from training.data.manifest import Manifest
from training.model.ensemble import AnyNetwork
from training.model.onnx_export import export_network
from training.model.onnx_inference import judge_photos, read_tile, single_thread_session
from training.pipeline.bundle_writer import GRAPH_FILE, PARITY_PHOTOS
from training.pipeline.config import TrainConfig
from training.pipeline.int8_gate import LISTINGS_NEEDED, describe_gate, measure_gate, refusals
from training.progress import photo_progress
from training.quantise.quantise import calibration_photos, quantise
from training.runs.folder import code_version
from vision.bundle.bundle import Bundle, seal_bundle
from vision.bundle.metadata import GraphMetadata
from vision.bundle.self_test import self_test_inputs
from vision.inference.scorer import Scorer

INT8_FILE = "model.int8.onnx"
REFUSED_FILE = "refused.int8.onnx"  # in the run's folder, to be looked at
PARITY_LIMIT = 0.15  # in authenticity: ten times what rounding does to most photos; more means a broken graph


@dataclass(frozen=True, slots=True, kw_only=True)
class Int8Step:
    """Makes and judges the int8 graphs of one run."""

    manifest: Manifest
    config: TrainConfig
    console: Console

    def is_wanted(self, calibrating: Sequence[int]) -> bool:
        """Whether the run asks for int8 and has the listings to judge it by; says so where it has too few.

        The bundle of a single fold gets none: it is there to be measured, and other folds' networks calibrate it.
        """
        if not self.config.quantise.enabled or self.config.calibration_source == "other_folds":
            return False
        listings = len({self.manifest.rows[row].listing for row in calibrating})
        if listings < LISTINGS_NEEDED:
            self.console.print(
                f"no int8 graph: {listings} listings calibrate, and its gate needs at least {LISTINGS_NEEDED}; "
                "fp32 ships alone.",
                style="yellow",
            )
        return listings >= LISTINGS_NEEDED

    def judge(self, network: AnyNetwork, fitted: Sequence[int], rows: tuple[int, ...]) -> CalibrationSet:
        """What the network, quantised with photos of the rows that it was fitted on, says of others."""
        with TemporaryDirectory() as scratch:
            file = Path(scratch) / GRAPH_FILE
            export_network(network, file, size_px=self.config.model.size_px)
            return self._judge_graph(file, fitted, rows)

    def judge_folds(self, folders: Mapping[int, Path]) -> CalibrationSet:
        """What the networks of the fold runs, quantised, say of their own folds; answers are kept in the folders."""
        files = {fold: self._judge_fold(fold, folder) for fold, folder in folders.items()}
        return read_fold_answers(self.manifest, files)

    def add_to(self, bundle: Bundle, fitted: Sequence[int], *, fp32: CalibrationSet, int8: CalibrationSet) -> Bundle:
        """The bundle with an int8 graph beside its own, where that passes the gate; else as it was, and says why.

        A refused graph is kept beside the bundle's folder.
        """
        calibrating = self._calibration_photos(fitted)
        self._quantise(bundle.folder / GRAPH_FILE, bundle.folder / INT8_FILE, calibrating)
        (own,) = bundle.metadata.graphs
        graph = self._record(bundle.folder / INT8_FILE, int8)
        gate = measure_gate(bundle, fp32=fp32, int8=int8, fp32_graph=own, int8_graph=graph)
        graph = replace(graph, gate=gate)
        both = seal_bundle(bundle.folder, replace(bundle.metadata, graphs=(own, graph)))
        parity = measure_int8_parity(both, [self.manifest.rows[row].photo for row in fitted])
        found = list(refusals(gate))
        if parity > PARITY_LIMIT:
            found.append(f"it differs from fp32 by {parity:.2g} in authenticity on a photo, more than {PARITY_LIMIT}")
        self.console.print(f"int8: {describe_gate(gate)}", highlight=False)
        if found:
            self.console.print(f"no int8 graph: {'; '.join(found)}. fp32 ships alone.", style="yellow")
            (bundle.folder / INT8_FILE).replace(bundle.folder.parent / REFUSED_FILE)
            return seal_bundle(bundle.folder, bundle.metadata)
        graph = replace(graph, parity=parity)
        return seal_bundle(bundle.folder, replace(bundle.metadata, graphs=(own, graph)))

    def _judge_fold(self, fold: int, folder: Path) -> Path:
        graph = folder / "bundle" / GRAPH_FILE
        made_from = hashlib.sha256(
            graph.read_bytes() + repr((self.config.quantise, self.config.data.seed, code_version())).encode()
        )
        answers = folder / f"int8_logits-{made_from.hexdigest()[:12]}.csv"
        if not answers.is_file():
            self.console.print(f"int8: fold {fold}")
            own = tuple(row for row, entry in enumerate(self.manifest.rows) if entry.fold == fold)
            others = tuple(row for row, entry in enumerate(self.manifest.rows) if entry.fold != fold)
            self._judge_graph(graph, others, own).write(answers)
        return answers

    def _judge_graph(self, graph: Path, fitted: Sequence[int], rows: tuple[int, ...]) -> CalibrationSet:
        with TemporaryDirectory() as scratch:
            file = Path(scratch) / INT8_FILE
            self._quantise(graph, file, self._calibration_photos(fitted))
            session = single_thread_session(file)
        photos = [self.manifest.rows[row].photo for row in rows]
        geometry, threads = self.config.model.geometry, self.config.threads
        with photo_progress("judging in int8", len(photos), self.console) as advance:
            outputs = judge_photos(session, photos, geometry, threads=threads, advance=advance)
        return CalibrationSet(manifest=self.manifest, rows=rows, outputs=outputs, source="held_out")

    def _quantise(self, graph: Path, out: Path, photos: Sequence[Path]) -> None:
        geometry, threads = self.config.model.geometry, self.config.threads
        with photo_progress("quantising", len(photos), self.console) as advance:
            quantise(graph, out, photos, geometry, self.config.quantise, threads=threads, advance=advance)

    def _calibration_photos(self, fitted: Sequence[int]) -> list[Path]:
        photos = [self.manifest.rows[row].photo for row in fitted]
        return calibration_photos(photos, self.config.quantise, seed=self.config.data.seed)

    def _record(self, file: Path, answers: CalibrationSet) -> GraphMetadata:
        fitted = answers.fit(self.config.calibration)
        session = single_thread_session(file)
        tiles = self_test_inputs(self.config.model.size_px)
        logits = tuple(float(session.run(["logit"], {"photos": tile[None]})[0][0]) for tile in tiles)
        return fitted.graph_record(file.name, "int8", logits)


def measure_int8_parity(bundle: Bundle, photos: Sequence[Path]) -> float:
    """Largest difference in a photo's authenticity between the two graphs, each by its own calibration."""
    scorers = [Scorer(bundle, precision=precision) for precision in ("fp32", "int8")]
    step = max(1, len(photos) // PARITY_PHOTOS)
    largest = 0.0
    for photo in photos[::step][:PARITY_PHOTOS]:
        tile = read_tile(photo.read_bytes(), bundle.metadata.geometry)
        fp32, int8 = (
            scorer.graph.photo_calibration.authenticity(float(scorer.score(tile).logit[0])) for scorer in scorers
        )
        largest = max(largest, abs(fp32 - int8))
    return largest
