"""One run, from a manifest to a bundle: split, fit, calibrate, export, judge what will ship."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import torch
from rich.console import Console

from training.audit.gate import audit_before_training
from training.calibration.held_out import CalibrationSet, FittedCalibration, join_sets, read_fold_answers
from training.calibration.sample_size import describe_shortfalls
from training.data.load import read_training_data
from training.data.manifest import Manifest
from training.data.splits import Roles, assign_roles
from training.errors import RunError
from training.evaluation.figures import measure
from training.evaluation.figures_json import figures_as_dict
from training.evaluation.predictions import HELD_OUT_PREDICTIONS, write_predictions
from training.finetune.distributed import Processes, join_processes
from training.model.ensemble import AnyNetwork
from training.pipeline.allocator import keep_freed_buffers
from training.pipeline.bundle_writer import BundleContents, write_bundle
from training.pipeline.config import TrainConfig
from training.pipeline.evaluate import evaluate_bundle, predict_cross_fitted
from training.pipeline.evaluation import Evaluation
from training.pipeline.int8 import Int8Step
from training.pipeline.model_card import write_card
from training.pipeline.plan import calibrating_folds, fold_configs, plan_fits
from training.pipeline.references import add_references
from training.pipeline.validation_sample import add_validation_sample
from training.recipes.recipe import Recipe, make_recipe
from training.robustness.robustness import RobustnessPlan
from training.runs.folder import RunFolder, open_run_folder, require_like_run
from vision.bundle.bundle import Bundle, read_bundle, seal_bundle
from vision.bundle.metadata import Precision

REPORT_LOGITS = "report_logits.csv"


def train(config: TrainConfig, console: Console) -> None:
    """Train as configured; the sealed bundle lies in `<run.folder>/bundle` when this returns.

    A killed run goes on where it was when it is started again; a finished one is left as it is. Under torchrun every
    process calls this. Raises ManifestError, AuditRefused, RunError, ResumeMismatch and the like, each naming what to
    change.
    """
    torch.set_num_threads(config.threads)
    keep_freed_buffers()
    with join_processes(config.finetune.device) as processes:
        if processes.world_size > 1 and config.model.recipe == "frozen":
            raise RunError("the frozen recipe runs in one process: start it without torchrun")
        if processes.is_main:
            _lead(config, console, processes)
        else:
            _follow(config, processes)


def _lead(config: TrainConfig, console: Console, processes: Processes) -> None:
    job = _open_job(config, console, processes)
    if job is None:
        return
    learnt = []
    for fold in fold_configs(job.manifest, config):
        console.rule(f"fold {fold.data.fold}")
        fold_job = _open_job(fold, console, processes)
        if fold_job is not None:
            learnt.append((fold_job, fold_job.learn()))
    for fold_job, found in learnt:  # all folds have answered, so that each can calibrate by the others
        console.rule(f"bundle of fold {fold_job.config.data.fold}")
        fold_job.make_bundle(found)
    job.make_bundle(job.learn())


def _open_job(config: TrainConfig, console: Console, processes: Processes) -> _Job | None:
    """The run with its data read and audited; None where its bundle is there already."""
    manifest = read_training_data(config.data, console)
    run = open_run_folder(config.run.folder, config=config.recorded(), data_hash=manifest.sha256)
    is_done = run.is_done
    processes.wait()
    if is_done:
        console.print(f"{run.bundle} is already there, from the same configuration and photos.")
        return None
    if not run.is_audited:
        audit_before_training(
            manifest,
            config.data.audit,
            allow=config.data.audit_allow,
            threads=config.threads,
            page=run.folder / "audit.html",
            console=console,
        )
        run.mark_audited()
    recipe = make_recipe(manifest, config, console)
    return _Job(config=config, manifest=manifest, run=run, recipe=recipe, console=console)


def _follow(config: TrainConfig, processes: Processes) -> None:
    """What every process but the main one does: its share of each fit, in the same order, and nothing else."""
    console = Console(quiet=True)
    processes.wait()
    if (config.run.folder / "bundle" / "bundle.json").is_file():
        return
    manifest = read_training_data(config.data, console)
    for fold in fold_configs(manifest, config):
        _follow(fold, processes)
    recipe = make_recipe(manifest, config, console, leads=False)
    for fit in plan_fits(manifest, _assign_roles(manifest, config), config):
        recipe.fit(fit.fit, fit.stop, fit.folder)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Learnt:
    """The network that ships, who saw what, and what networks said of rows that they left out."""

    network: AnyNetwork
    roles: Roles
    held_out: tuple[CalibrationSet, ...]
    held_out_int8: tuple[CalibrationSet, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Job:
    config: TrainConfig
    manifest: Manifest
    run: RunFolder
    recipe: Recipe
    console: Console

    @property
    def int8(self) -> Int8Step:
        """The step that makes and judges int8 graphs."""
        return Int8Step(manifest=self.manifest, config=self.config, console=self.console)

    def learn(self) -> _Learnt:
        """Fit every network of the run, and judge what each left out and what only reports."""
        roles = _assign_roles(self.manifest, self.config)
        self._say_roles(roles)
        fits = plan_fits(self.manifest, roles, self.config)
        calibrating = [row for fit in fits for row in fit.held_out]
        wants_int8 = bool(calibrating) and self.int8.is_wanted(calibrating)
        held_out, held_out_int8 = [], []
        for number, fit in enumerate(fits, 1):
            if len(fits) > 1:
                self.console.print(f"fit {number} of {len(fits)}: {len(fit.fit)} photos, {len(fit.held_out)} held out")
            network = self.recipe.fit(fit.fit, fit.stop, fit.folder)
            if fit.held_out:
                held_out.append(self._judge(network, fit.held_out))
            if fit.held_out and wants_int8:
                held_out_int8.append(self.int8.judge(network, fit.fit, fit.held_out))
        if roles.report:
            reported = self._judge(network, roles.report)
            reported.write(self.run.folder / REPORT_LOGITS)
            if not math.isnan(auroc := reported.listing_auroc()):  # as it is where only genuine listings report
                self.console.print(f"listing AUROC on what only reports: {auroc:.3f}")
        self.recipe.forget()
        return _Learnt(network=network, roles=roles, held_out=tuple(held_out), held_out_int8=tuple(held_out_int8))

    def make_bundle(self, learnt: _Learnt) -> None:
        """Calibrate, export, evaluate and seal; the bundle has its name when this returns."""
        roles = learnt.roles
        held_out = self._calibration_set(learnt)
        fitted = held_out.fit(self.config.calibration)
        self._say_calibration(fitted, held_out)
        contents = BundleContents(
            network=learnt.network,
            calibration=fitted,
            products=self.manifest.products,
            seen=[self.manifest.rows[row].photo for row in (*roles.fit, *roles.stop, *roles.calibrate)],
            data_hash=self.manifest.sha256,
        )
        self.console.print("exporting, and comparing torch with onnxruntime on real photos")
        bundle = write_bundle(self.run.folder / "bundle.part", contents, self.config)
        self._add_sample(bundle, held_out, "fp32")
        bundle = self._with_int8(bundle, learnt, held_out)
        self._finish(self._with_figures(bundle, roles, held_out), roles)

    def _calibration_set(self, learnt: _Learnt) -> CalibrationSet:
        if self.config.calibration_source == "held_out":
            return learnt.held_out[0]
        if self.config.calibration_source == "out_of_fold":
            return join_sets(self.manifest, learnt.held_out, "out_of_fold")
        folds = calibrating_folds(self.manifest, self.config)
        for folder in folds.values():
            if self.config.calibration_source == "other_folds":
                require_like_run(folder, config=self.config.recorded(), data_hash=self.manifest.sha256)
        return read_fold_answers(self.manifest, {fold: folder / REPORT_LOGITS for fold, folder in folds.items()})

    def _with_int8(self, bundle: Bundle, learnt: _Learnt, held_out: CalibrationSet) -> Bundle:
        """The bundle with an int8 graph beside fp32, where the run asks for one and it passes its gate."""
        if learnt.held_out_int8:
            int8 = join_sets(self.manifest, learnt.held_out_int8, held_out.source)
        elif self.config.calibration_source == "fold_runs" and self.int8.is_wanted(held_out.rows):
            int8 = self.int8.judge_folds(calibrating_folds(self.manifest, self.config))
        else:
            return bundle
        bundle = self.int8.add_to(bundle, (*learnt.roles.fit, *learnt.roles.stop), fp32=held_out, int8=int8)
        if any(graph.precision == "int8" for graph in bundle.metadata.graphs):
            self._add_sample(bundle, int8, "int8")
        return bundle

    def _add_sample(self, bundle: Bundle, held_out: CalibrationSet, precision: Precision) -> None:
        """Put in what later photos are compared with; the bundle is to be sealed again.

        A network that was fine-tuned on the photos places them otherwise than new ones, so they tell nothing of where
        those will lie.
        """
        unseen = held_out.source == "held_out" or self.config.model.recipe == "frozen"
        add_validation_sample(
            bundle, held_out, precision, embed=unseen, threads=self.config.threads, console=self.console
        )

    def _judge(self, network: AnyNetwork, rows: tuple[int, ...]) -> CalibrationSet:
        outputs = self.recipe.judge(network, rows)
        return CalibrationSet(manifest=self.manifest, rows=rows, outputs=outputs, source="held_out")

    def _with_figures(self, bundle: Bundle, roles: Roles, held_out: CalibrationSet) -> Bundle:
        """Judge the sealed bundle, as it will serve, on what only reports, and put the figures in.

        They are fp32's; the gate says how little int8 differs. Where nothing only reports, out-of-fold answers give
        figures that are marked as such. What was held out to calibrate is written down in either case, unless runs of
        other folds answered it.
        """
        metrics: dict[str, object] | None = None
        if self.config.calibration_source != "other_folds":
            listings, photos = predict_cross_fitted(bundle, held_out)
            write_predictions(self.run.folder / HELD_OUT_PREDICTIONS, listings, "fp32")
            if not roles.report and held_out.source == "out_of_fold":
                metrics = {**figures_as_dict(measure(listings, photos)), "source": held_out.source}
        if roles.report:
            metrics = figures_as_dict(self._evaluate(bundle, roles).figures)
        if metrics is None:
            return bundle
        return seal_bundle(bundle.folder, replace(bundle.metadata, metrics=metrics))

    def _evaluate(self, bundle: Bundle, roles: Roles) -> Evaluation:
        reported = {self.manifest.rows[row].photo for row in roles.report}
        listings = self.config.evaluation.stress_listings
        return evaluate_bundle(
            bundle,
            self.manifest.where(lambda row: row.photo in reported),
            out=self.run.folder / "report",
            threads=self.config.threads,
            robustness=RobustnessPlan(listings=listings, seed=self.config.data.seed) if listings else None,
            console=self.console,
            precision="fp32",
        )

    def _finish(self, bundle: Bundle, roles: Roles) -> None:
        """Add the references and the card, and give the bundle its name: the last thing that a run does."""
        fitted = sorted({*roles.fit, *roles.stop, *roles.calibrate})
        most, seed = self.config.references.most, self.config.data.seed
        add_references(bundle, self.manifest, fitted, most=most, seed=seed, console=self.console)
        write_card(bundle.folder, bundle.metadata, manifest=self.manifest, fitted=fitted)
        seal_bundle(bundle.folder, bundle.metadata)
        bundle.folder.replace(self.run.bundle)
        read_bundle(self.run.bundle)
        self.console.print(f"bundle: {self.run.bundle}")

    def _say_roles(self, roles: Roles) -> None:
        parts = []
        for name in ("fit", "stop", "calibrate", "report"):
            rows = getattr(roles, name)
            listings = len({self.manifest.rows[row].listing for row in rows})
            parts.append(f"{name} {listings} listings ({len(rows)} photos)")
        self.console.print("; ".join(parts))

    def _say_calibration(self, fitted: FittedCalibration, held_out: CalibrationSet) -> None:
        for sentence in describe_shortfalls(fitted.listings_by_product, self.config.calibration, held_out.source):
            self.console.print(sentence, style="yellow")


def _assign_roles(manifest: Manifest, config: TrainConfig) -> Roles:
    data = config.data
    says_who_reports = data.fold is not None or any(row.split for row in manifest.rows)
    if data.report_share and (says_who_reports or config.calibration_source == "fold_runs"):
        raise RunError(
            "data.report_share holds listings back only where nothing else says who reports: not with data.fold, with "
            "a column split or with calibration.source = 'fold_runs'; set it to 0"
        )
    roles = assign_roles(
        manifest,
        fold=data.fold,
        stop_share=data.stop_share,
        calibrate_share=data.calibrate_share if config.calibration_source == "held_out" else 0.0,
        report_share=data.report_share,
        seed=data.seed,
    )
    if roles.report and config.calibration_source == "fold_runs":
        raise RunError(
            "calibration.source = 'fold_runs' learns from every listing of every fold, but the column split says that "
            "test only reports: leave those rows out (data.where = [\"split!=test\"]), or take 'out_of_fold'"
        )
    return roles
