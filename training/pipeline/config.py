"""What one training run reads from its TOML file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from training.audit.gate import AuditDepth
from training.calibration.thresholds import Unguaranteed
from training.finetune.config import FinetuneConfig
from training.pipeline.references import ReferencesConfig
from training.quantise.config import QuantiseConfig
from training.recipes.kernel_fit import KernelConfig
from training.recipes.linear_fit import FrozenConfig
from vision.bundle.metadata import LabelKind
from vision.config.cpu_limits import usable_cores
from vision.config.read import config_as_dict, setting
from vision.errors import ConfigError
from vision.inputs import Filter, InputGeometry

CalibrationSource: TypeAlias = Literal["held_out", "out_of_fold", "fold_runs", "other_folds"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DataConfig:
    """Which photos, and who sees what of them."""

    manifest: Path = setting(help="CSV, Parquet or folder with genuine/ and counterfeit/")
    where: tuple[str, ...] = setting((), help="conditions that keep rows, such as 'black_fraction<=0.35'")
    product: str | None = setting(None, help="keep one product; names the product of a folder")
    corrections: Path | None = setting(
        None, help="a reviewed disputed.csv, whose decisions change or leave out listings' labels"
    )
    drop_mixed_listings: bool = setting(False, help="leave out listings that show two products")
    label_kind: LabelKind = setting("weak", help="how far the labels can be trusted; said wherever figures are")
    fold: int | None = setting(None, help="the fold that only reports; without it every labelled listing may be used")
    stop_share: float = setting(0.15, help="share of the other listings that stops training")
    calibrate_share: float = setting(0.15, help="share of the other listings that calibrates and sets thresholds")
    report_share: float = setting(
        0.0, help="share of all listings that only reports; for manifests where no fold and no split says which"
    )
    seed: int = setting(0, help="seed of splits, shuffles and augmentation")
    audit: AuditDepth = setting("full", help="what is audited before training: 'full', or the 'table' without photos")
    audit_allow: tuple[str, ...] = setting((), help="codes of audit findings that shall only warn")


@dataclass(frozen=True, slots=True, kw_only=True)
class RunConfig:
    """Where the run and its bundle are written."""

    folder: Path = setting(help="run folder; the bundle is written to its bundle/ when all else is done")
    name: str = setting("touchstone", help="name of the bundle")
    cache: Path = setting(Path("runs/cache"), help="decoded photos and features, shared by runs")
    threads: int = setting(0, help="threads that decode and compute features; 0 takes every core")


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelConfig:
    """The network, where its weights come from, and what it is shown."""

    recipe: Literal["frozen", "finetune"] = setting("frozen", help="fit a head on cached features, or train it all")
    backbone: str = setting("tf_efficientnet_lite0", help="a timm model")
    pretrained: str = setting("package", help="'package', 'hub', 'file:PATH' or 'none'")
    init: Path | None = setting(None, help="start from the weights of another bundle's run")
    taps: tuple[int, ...] = setting(
        (2, 3, 4), help="feature levels of the backbone that are pooled beside the last map"
    )
    head: Literal["linear", "kernel"] = setting(
        "linear",
        help="what turns features into a logit: 'linear' weights, or the 'kernel' vote of the photos that were fitted",
    )
    size_px: int = setting(320, help="side of the square that the network sees")
    letterbox: bool = setting(True, help="keep the photo's shape and fill with grey, rather than stretch")
    filter: Filter = setting("bicubic", help="resampling filter")

    @property
    def geometry(self) -> InputGeometry:
        """How photos are laid into the input."""
        return InputGeometry(size_px=self.size_px, letterbox=self.letterbox, filter=self.filter)

    def __post_init__(self) -> None:
        if self.size_px % 32 or self.size_px < 64:
            raise ConfigError(f"size_px is {self.size_px}; it is a multiple of 32, at least 64")


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationConfig:
    """Where probabilities and thresholds come from, and which errors they may make."""

    source: Literal["held_out", "out_of_fold", "fold_runs"] = setting(
        "held_out",
        help="'held_out': the calibrate share; 'out_of_fold': cross-fitting, then everything is fitted; "
        "'fold_runs': each fold of the manifest is a whole run of its own first, then everything is fitted",
    )
    fold_source: Literal["held_out", "out_of_fold", "other_folds"] = setting(
        "held_out",
        help="the source within each of the fold runs, and wherever data.fold is set; 'other_folds': what the runs of "
        "the other folds, beside this one's folder, said of their own, so that nothing is held back",
    )
    folds: int = setting(5, help="folds of the cross-fitting")
    alpha: float = setting(0.05, help="largest share of genuine listings that may be flagged")
    beta: float = setting(0.05, help="largest share of counterfeit listings that may pass")
    support_loss: float = setting(
        0.02, help="share of a product's own listings that may be called unsupported, to keep other goods out"
    )
    unguaranteed: Unguaranteed = setting(
        "estimate",
        help="a threshold whose limit the listings can't guarantee: 'estimate' sets it all the same and calls it an "
        "estimate; 'review' puts it where nothing passes it, so that a person decides (takes source 'held_out')",
    )

    def __post_init__(self) -> None:
        for name, limit in (("alpha", self.alpha), ("beta", self.beta)):
            if not 0 < limit < 1:
                raise ConfigError(f"{name} is {limit}; it is a share of listings between 0 and 1, such as 0.05")


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationConfig:
    """How the finished bundle is judged on the listings that only report."""

    stress_listings: int = setting(
        100,
        help="listings of the report that are judged again in 13 changed copies (JPEG, size, light, crop, background "
        "and so on), each as long as judging them once; 0: none",
    )

    def __post_init__(self) -> None:
        if self.stress_listings < 0:
            raise ConfigError(f"stress_listings is {self.stress_listings}; it is a number of listings, or 0 for none")


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainConfig:
    """One training run."""

    data: DataConfig
    run: RunConfig
    model: ModelConfig = setting(factory=ModelConfig, help="the network")
    frozen: FrozenConfig = setting(factory=FrozenConfig, help="the frozen recipe")
    kernel: KernelConfig = setting(factory=KernelConfig, help="the kernel head")
    finetune: FinetuneConfig = setting(factory=FinetuneConfig, help="the fine-tune recipe")
    calibration: CalibrationConfig = setting(factory=CalibrationConfig, help="probabilities and thresholds")
    quantise: QuantiseConfig = setting(factory=QuantiseConfig, help="the int8 graph")
    evaluation: EvaluationConfig = setting(factory=EvaluationConfig, help="the report on what was trained")
    references: ReferencesConfig = setting(factory=ReferencesConfig, help="the reference crops in the bundle")

    def __post_init__(self) -> None:
        if self.calibration.unguaranteed == "review" and self.calibration_source != "held_out":
            raise ConfigError(
                f"calibration.unguaranteed = 'review' would leave every listing to review here: thresholds from "
                f"{self.calibration_source!r} are estimates, never guaranteed. Set calibration.source (with data.fold, "
                "calibration.fold_source) to 'held_out', or unguaranteed to 'estimate'"
            )

    def recorded(self) -> dict[str, object]:
        """The settings that this run depends on, JSON-able: the frozen recipe knows no fine-tuning."""
        record = config_as_dict(self)
        if self.model.recipe == "frozen":
            del record["finetune"]
        return record

    @property
    def threads(self) -> int:
        """Threads that decode and compute: `run.threads`, or every core."""
        return self.run.threads or usable_cores()

    @property
    def calibration_source(self) -> CalibrationSource:
        """Where this run's calibration comes from: a run of one fold has no fold runs of its own."""
        return self.calibration.source if self.data.fold is None else self.calibration.fold_source
