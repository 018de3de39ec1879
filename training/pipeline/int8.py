"""The int8 graph of a run: held-out predictions in int8, and the graph that ships.

Every network whose predictions calibrate the run is quantised as well, with photos that it was fitted on, and predicts
its held-out rows. These predictions calibrate the int8 graph and go through its gate. They need the float graphs alone,
so an int8 graph can be added to a run that was trained before without training anything.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console

from training.calibration.fitted import fit_on_held_out
from training.calibration.held_out import CalibrationSet
from training.calibration.logit_files import read_fold_logits, write_logits
from training.data.manifest import Manifest
from training.model.ensemble import AnyNetwork
from training.model.onnx_export import export_network
from training.model.onnx_inference import predict_photos, read_tile, single_thread_session
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
REFUSED_FILE = "refused.int8.onnx"  # in the run's folder, for inspection
PARITY_LIMIT = 0.15  # in authenticity: ten times what rounding does to most photos; more means a broken graph


@dataclass(frozen=True, slots=True, kw_only=True)
class Int8Step:
    """Makes and evaluates the int8 graphs of one run."""

    manifest: Manifest
    config: TrainConfig
    console: Console

    def is_wanted(self, calibrating: Sequence[int]) -> bool:
        """Whether the run asks for int8 and has enough listings for its gate; prints a note where it has too few."""
        if not self.config.quantise.enabled or not self.config.calibration_source.makes_int8:
            return False
        listings = len({self.manifest.rows[row].listing for row in calibrating})
        if listings < LISTINGS_NEEDED:
            self.console.print(
                f"no int8 graph: there are {listings} calibration listings, and its gate needs {LISTINGS_NEEDED}; "
                "fp32 ships alone.",
                style="yellow",
            )
        return listings >= LISTINGS_NEEDED

    def predict(
        self, network: AnyNetwork, fitted: Sequence[int], rows: tuple[int, ...], graph: bytes | None = None
    ) -> CalibrationSet:
        """Predictions of other rows by the network, quantised with photos of the rows that it was fitted on.

        `graph` is the network's, where it was exported before.
        """
        with TemporaryDirectory() as scratch:
            file = Path(scratch) / GRAPH_FILE
            if graph is None:
                export_network(network, file, size_px=self.config.model.size_px)
            else:
                file.write_bytes(graph)
            return self._predict_graph(file, fitted, rows)

    def predict_folds(self, folders: Mapping[int, Path]) -> CalibrationSet:
        """Predictions of each fold by its own run's network, quantised; they are kept in the folders."""
        files = {fold: self._predict_fold(fold, folder) for fold, folder in folders.items()}
        return read_fold_logits(self.manifest, files)

    def add_to(self, bundle: Bundle, fitted: Sequence[int], *, fp32: CalibrationSet, int8: CalibrationSet) -> Bundle:
        """The bundle with an int8 graph beside its own, where that passes the gate; else as it was.

        The reason is printed, and a refused graph is kept beside the bundle's folder.
        """
        calibrating = self._calibration_photos(fitted)
        self._quantise(bundle.folder / GRAPH_FILE, bundle.folder / INT8_FILE, calibrating)
        (own,) = bundle.metadata.graphs
        graph = self._metadata(bundle.folder / INT8_FILE, int8)
        gate = measure_gate(bundle, fp32=fp32, int8=int8, fp32_graph=own, int8_graph=graph)
        graph = replace(graph, gate=gate)
        both = seal_bundle(bundle.folder, replace(bundle.metadata, graphs=(own, graph)))
        parity = measure_int8_parity(both, [self.manifest.rows[row].photo for row in fitted])
        reasons = list(refusals(gate))
        if parity > PARITY_LIMIT:
            reasons.append(f"it differs from fp32 by {parity:.2g} in authenticity on a photo, more than {PARITY_LIMIT}")
        self.console.print(f"int8: {describe_gate(gate)}", highlight=False)
        if reasons:
            self.console.print(f"no int8 graph: {'; '.join(reasons)}. fp32 ships alone.", style="yellow")
            (bundle.folder / INT8_FILE).replace(bundle.folder.parent / REFUSED_FILE)
            return seal_bundle(bundle.folder, bundle.metadata)
        graph = replace(graph, parity=parity)
        return seal_bundle(bundle.folder, replace(bundle.metadata, graphs=(own, graph)))

    def _predict_fold(self, fold: int, folder: Path) -> Path:
        graph = folder / "bundle" / GRAPH_FILE
        made_from = hashlib.sha256(
            graph.read_bytes() + repr((self.config.quantise, self.config.data.seed, code_version())).encode()
        )
        file = folder / f"int8_logits-{made_from.hexdigest()[:12]}.csv"
        if not file.is_file():
            self.console.print(f"int8: fold {fold}")
            own = tuple(row for row, entry in enumerate(self.manifest.rows) if entry.fold == fold)
            others = tuple(row for row, entry in enumerate(self.manifest.rows) if entry.fold != fold)
            write_logits(self._predict_graph(graph, others, own), file)
        return file

    def _predict_graph(self, graph: Path, fitted: Sequence[int], rows: tuple[int, ...]) -> CalibrationSet:
        with TemporaryDirectory() as scratch:
            file = Path(scratch) / INT8_FILE
            self._quantise(graph, file, self._calibration_photos(fitted))
            session = single_thread_session(file)
        photos = [self.manifest.rows[row].photo for row in rows]
        geometry, threads = self.config.model.geometry, self.config.threads
        with photo_progress("int8 predictions", len(photos), self.console) as advance:
            outputs = predict_photos(session, photos, geometry, threads=threads, advance=advance)
        return CalibrationSet(manifest=self.manifest, rows=rows, outputs=outputs, source="held_out")

    def _quantise(self, graph: Path, out: Path, photos: Sequence[Path]) -> None:
        geometry, threads = self.config.model.geometry, self.config.threads
        with photo_progress("quantising", len(photos), self.console) as advance:
            quantise(graph, out, photos, geometry, self.config.quantise, threads=threads, advance=advance)

    def _calibration_photos(self, fitted: Sequence[int]) -> list[Path]:
        photos = [self.manifest.rows[row].photo for row in fitted]
        return calibration_photos(photos, self.config.quantise, seed=self.config.data.seed)

    def _metadata(self, file: Path, predictions: CalibrationSet) -> GraphMetadata:
        fitted = fit_on_held_out(predictions, self.config.calibration)
        session = single_thread_session(file)
        tiles = self_test_inputs(self.config.model.size_px)
        logits = tuple(float(session.run(["logit"], {"photos": tile[None]})[0][0]) for tile in tiles)
        return fitted.graph_metadata(file.name, "int8", logits)


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
