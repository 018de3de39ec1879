"""One run of the pipeline: fit, calibrate, export, evaluate, seal."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rich.console import Console

from training.calibration.bundle_kind import (
    bundle_kind,
    count_listings,
    training_listings,
    unknown_labels,
)
from training.calibration.fitted import FittedCalibration, fit_on_held_out
from training.calibration.held_out import CalibrationSet, join_sets
from training.calibration.logit_files import TEST_LOGITS, write_logits
from training.calibration.sample_size import describe_sample_size
from training.calibration.sources import Fit
from training.data.manifest import Manifest
from training.data.splits import Roles
from training.evaluation.figures import measure
from training.evaluation.figures_json import figures_as_dict
from training.evaluation.predictions import HELD_OUT_PREDICTIONS, write_predictions
from training.model.ensemble import AnyNetwork
from training.pipeline.bundle_writer import BundleContents, write_bundle
from training.pipeline.config import TrainConfig
from training.pipeline.evaluate import evaluate_bundle, predict_cross_fitted
from training.pipeline.evaluation import Evaluation
from training.pipeline.int8 import Int8Step
from training.pipeline.model_card import write_card
from training.pipeline.plan import calibrating_folds, describe_test_set, plan_fits, plan_roles
from training.pipeline.references import add_references
from training.pipeline.validation_sample import add_validation_sample
from training.recipes.recipe import Recipe
from training.robustness.robustness import RobustnessPlan
from training.runs.folder import RunFolder, require_like_run
from vision.bundle.bundle import Bundle, read_bundle, seal_bundle
from vision.bundle.metadata import Precision
from vision.bundle.robustness import RobustnessSummary


@dataclass(frozen=True, slots=True, kw_only=True)
class FittedNetworks:
    """The network that ships, the rows' roles, and the held-out predictions in fp32 and int8, one set for each fit.

    `graph` is the network's, None where nothing was predicted through it.
    """

    network: AnyNetwork
    graph: bytes | None
    roles: Roles
    held_out: tuple[CalibrationSet, ...]
    held_out_int8: tuple[CalibrationSet, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingRun:
    """A run whose data are read and audited: `fit` its networks, then `make_bundle` of them."""

    config: TrainConfig
    manifest: Manifest
    folder: RunFolder
    recipe: Recipe
    console: Console

    @property
    def int8(self) -> Int8Step:
        """The step that makes and evaluates int8 graphs."""
        return Int8Step(manifest=self.manifest, config=self.config, console=self.console)

    def fit(self) -> FittedNetworks:
        """Fit every network of the run, and predict its held-out rows and the test set."""
        roles = plan_roles(self.manifest, self.config)
        fits = plan_fits(self.manifest, roles, self.config)
        self._print_roles(roles, fits)
        calibrating = [row for fit in fits for row in fit.held_out]
        wants_int8 = bool(calibrating) and self.int8.is_wanted(calibrating)
        held_out, held_out_int8 = [], []
        for number, fit in enumerate(fits, 1):
            if len(fits) > 1:
                self.console.print(f"fit {number} of {len(fits)}: {len(fit.fit)} photos, {len(fit.held_out)} held out")
            network = self.recipe.fit(fit.fit, fit.stop, self.folder.path / fit.folder)
            if fit.held_out:
                held_out.append(self._predict(network, fit.held_out))
            if fit.held_out and wants_int8:
                held_out_int8.append(
                    self.int8.predict(network, fit.fit, fit.held_out, self.recipe.exported_graph(network))
                )
        if roles.report:
            self._predict_test_set(network, roles.report)
        graph = self.recipe.exported_graph(network)
        self.recipe.release()
        return FittedNetworks(
            network=network, graph=graph, roles=roles, held_out=tuple(held_out), held_out_int8=tuple(held_out_int8)
        )

    def make_bundle(self, fitted: FittedNetworks) -> None:
        """Calibrate, export, evaluate and seal; the bundle has its name when this returns."""
        roles = fitted.roles
        seen = (*roles.fit, *roles.stop, *roles.calibrate)
        held_out = self._calibration_set(fitted.held_out)
        calibration = fit_on_held_out(held_out, self.config.calibration)
        self._print_sample_size(calibration, held_out)
        contents = BundleContents(
            network=fitted.network,
            graph=fitted.graph,
            calibration=calibration,
            kind=bundle_kind(self.manifest),
            listings=count_listings(self.manifest, seen),
            products=self.manifest.products,
            seen=[self.manifest.rows[row].photo for row in seen],
            data_hash=self.manifest.sha256,
        )
        self.console.print("exporting, and comparing torch with onnxruntime on real photos")
        bundle = write_bundle(self.folder.path / "bundle.part", contents, self.config)
        self._add_sample(bundle, held_out, "fp32")
        bundle = self._with_int8(bundle, fitted, held_out)
        self._finish(self._with_figures(bundle, roles, held_out), roles)

    def _predict(self, network: AnyNetwork, rows: tuple[int, ...]) -> CalibrationSet:
        outputs = self.recipe.predict(network, rows)
        return CalibrationSet(manifest=self.manifest, rows=rows, outputs=outputs, source="held_out")

    def _predict_test_set(self, network: AnyNetwork, rows: tuple[int, ...]) -> None:
        """Write the logits of the test set, which other folds' runs may calibrate on, and print their AUROC."""
        predictions = self._predict(network, rows)
        write_logits(predictions, self.folder.path / TEST_LOGITS)
        if not math.isnan(auroc := predictions.listing_auroc()):  # NaN where all test listings are genuine
            listings, test_set = len(predictions.listings()), describe_test_set(self.manifest, self.config)
            self.console.print(
                f"listing AUROC {auroc:.3f} before calibration, on {listings} test listings ({test_set})"
            )

    def _calibration_set(self, held_out: Sequence[CalibrationSet]) -> CalibrationSet:
        folds = calibrating_folds(self.manifest, self.config)
        for folder in folds.values():
            require_like_run(folder, config=self.config.recorded(), data_hash=self.manifest.sha256)
        files = {fold: folder / TEST_LOGITS for fold, folder in folds.items()}
        return self.config.calibration_source.calibration_set(self.manifest, held_out, files)

    def _with_int8(self, bundle: Bundle, fitted: FittedNetworks, held_out: CalibrationSet) -> Bundle:
        """The bundle with an int8 graph beside fp32, where the run asks for one and it passes its gate."""
        if fitted.held_out_int8:
            int8 = join_sets(self.manifest, fitted.held_out_int8, held_out.source)
        elif self.config.calibration_source.trains_folds and self.int8.is_wanted(held_out.rows):
            int8 = self.int8.predict_folds(calibrating_folds(self.manifest, self.config))
        else:
            return bundle
        bundle = self.int8.add_to(bundle, (*fitted.roles.fit, *fitted.roles.stop), fp32=held_out, int8=int8)
        if any(graph.precision == "int8" for graph in bundle.metadata.graphs):
            self._add_sample(bundle, int8, "int8")
        return bundle

    def _add_sample(self, bundle: Bundle, held_out: CalibrationSet, precision: Precision) -> None:
        """Add the sample that later photos are compared with; the bundle is to be sealed again.

        A network that was fine-tuned on the photos embeds them otherwise than new ones, so their embeddings are left
        out of the sample.
        """
        embed = not held_out.is_cross_fitted or self.config.model.recipe == "frozen"
        add_validation_sample(
            bundle, held_out, precision, embed=embed, threads=self.config.threads, console=self.console
        )

    def _with_figures(self, bundle: Bundle, roles: Roles, held_out: CalibrationSet) -> Bundle:
        """The bundle with the figures of the sealed bundle, as it will serve, on the test set.

        They are fp32's; the gate holds the difference of int8. Without a test set, the listings that calibrate it give
        figures that are marked as such. Their predictions are written in either case, unless runs of other folds made
        them.
        """
        metrics: dict[str, object] | None = None
        robustness: RobustnessSummary | None = None
        if self.config.calibration_source.has_own_predictions:
            settings, seed = self.config.calibration, self.config.data.seed
            listings, photos = predict_cross_fitted(bundle, held_out, settings, seed=seed)
            write_predictions(self.folder.path / HELD_OUT_PREDICTIONS, listings, "fp32")
            if not roles.report and listings:
                source = "out_of_fold" if held_out.is_cross_fitted else "calibration"
                metrics = {**figures_as_dict(measure(listings, photos)), "source": source, "thresholds": "cross_fitted"}
        if roles.report:
            test_set = describe_test_set(self.manifest, self.config)
            evaluation = self._evaluate(bundle, roles)
            metrics = {**figures_as_dict(evaluation.figures), "source": "test_set", "test_set": test_set}
            robustness = evaluation.robustness_summary
        if metrics is None:
            return bundle
        return seal_bundle(bundle.folder, replace(bundle.metadata, metrics=metrics, robustness=robustness))

    def _evaluate(self, bundle: Bundle, roles: Roles) -> Evaluation:
        test_photos: set[Path] = {self.manifest.rows[row].photo for row in roles.report}
        listings = self.config.evaluation.stress_listings
        return evaluate_bundle(
            bundle,
            self.manifest.where(lambda row: row.photo in test_photos),
            out=self.folder.path / "report",
            threads=self.config.threads,
            robustness=RobustnessPlan(listings=listings, seed=self.config.data.seed) if listings else None,
            limits=self.config.robustness,
            console=self.console,
            precision="fp32",
        )

    def _finish(self, bundle: Bundle, roles: Roles) -> None:
        """Add the references and the model card, and give the bundle its name: the last step of a run."""
        fitted = sorted({*roles.fit, *roles.stop, *roles.calibrate})
        limit, seed = self.config.references.most, self.config.data.seed
        add_references(bundle, self.manifest, fitted, limit=limit, seed=seed, console=self.console)
        write_card(bundle.folder, bundle.metadata, manifest=self.manifest, fitted=fitted)
        seal_bundle(bundle.folder, bundle.metadata)
        bundle.folder.replace(self.folder.bundle)
        read_bundle(self.folder.bundle)
        self.console.print(f"bundle: {self.folder.bundle}", markup=False, soft_wrap=True)

    def _print_roles(self, roles: Roles, fits: Sequence[Fit]) -> None:
        """What the network that ships is fitted on, and what calibrates and tests it."""
        ships, stops_early = fits[-1], self.config.model.recipe == "finetune"
        rows_of = {
            "fit": ships.fit if stops_early else (*ships.fit, *ships.stop),
            "early stopping": ships.stop if stops_early else (),
            "calibration": tuple(row for fit in fits for row in fit.held_out),
            "test": roles.report,
        }
        parts = []
        for name, rows in rows_of.items():
            listings = len({self.manifest.rows[row].listing for row in rows})
            out_of_fold = ", out of fold" if name == "calibration" and len(fits) > 1 else ""
            parts += [f"{name} {listings} listings ({len(rows)} photos{out_of_fold})"] if rows else []
        self.console.print("; ".join(parts))

    def _print_sample_size(self, calibration: FittedCalibration, held_out: CalibrationSet) -> None:
        counts = calibration.listings_by_product
        unknown = unknown_labels(training_listings(self.manifest))
        for sentence in describe_sample_size(counts, self.config.calibration, held_out.source, unknown):
            self.console.print(sentence, style="yellow")
