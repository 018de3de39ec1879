"""What one training run reads from its TOML file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from training.calibration.config import CalibrationConfig
from training.calibration.sources import SOURCES, CalibrationSource
from training.data.config import DataConfig
from training.finetune.config import FinetuneConfig
from training.foreground.config import ForegroundConfig
from training.pipeline.references import ReferencesConfig
from training.quantise.config import QuantiseConfig
from training.recipes.config import FrozenConfig, KernelConfig, ModelConfig, RecipeConfig
from vision.bundle.robustness_limits import RobustnessLimits
from vision.config.cpu_limits import usable_cores
from vision.config.read import setting
from vision.errors import ConfigError
from vision.json_dataclass import to_json_table


@dataclass(frozen=True, slots=True, kw_only=True)
class RunConfig:
    """Where the run and its bundle are written."""

    folder: Path = setting(help="run folder; the bundle is written to its bundle/ as the last step")
    name: str = setting("touchstone", help="name of the bundle")
    cache: Path = setting(Path("runs/cache"), help="decoded photos and features, shared by runs")
    threads: int = setting(0, help="threads that decode photos and compute features; 0: every core")


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationConfig:
    """How the finished bundle is evaluated on the test set."""

    stress_listings: int = setting(
        100,
        help="test listings whose robustness is measured, in 13 changed copies each (JPEG, size, light, crop, "
        "background and so on), each copy as long as the evaluation itself; 0: none",
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
    foreground: ForegroundConfig = setting(factory=ForegroundConfig, help="where the product is")
    finetune: FinetuneConfig = setting(factory=FinetuneConfig, help="the fine-tune recipe")
    calibration: CalibrationConfig = setting(factory=CalibrationConfig, help="probabilities and thresholds")
    quantise: QuantiseConfig = setting(factory=QuantiseConfig, help="the int8 graph")
    evaluation: EvaluationConfig = setting(factory=EvaluationConfig, help="the evaluation on the test set")
    robustness: RobustnessLimits = setting(
        factory=RobustnessLimits, help="the limits beyond which a bundle hangs on more than the product"
    )
    references: ReferencesConfig = setting(factory=ReferencesConfig, help="the reference crops in the bundle")

    def __post_init__(self) -> None:
        source = self.calibration_source
        if self.calibration.unguaranteed == "review" and not source.guarantees_thresholds:
            raise ConfigError(
                f"calibration.unguaranteed = 'review' would leave every listing to review here: thresholds from "
                f"{source.name!r} are estimates, never guaranteed. Set calibration.source (with data.fold, "
                "calibration.fold_source) to 'held_out', or unguaranteed to 'estimate'"
            )

    def recorded(self) -> dict[str, object]:
        """The settings that this run depends on, JSON-able.

        Without those of fine-tuning for the frozen recipe, and without the foreground where there is none: so a run
        from before there was any resumes with foreground.source = 'none'.
        """
        record = to_json_table(self)
        if self.model.recipe == "frozen":
            del record["finetune"]
        if self.foreground.source == "none":
            del record["foreground"]
        return record

    @property
    def threads(self) -> int:
        """Threads that decode and compute: `run.threads`, or every core."""
        return self.run.threads or usable_cores()

    @property
    def calibration_source(self) -> CalibrationSource:
        """Where this run's calibration comes from: a run of one fold has no fold runs of its own."""
        return SOURCES[self.calibration.source if self.data.fold is None else self.calibration.fold_source]

    @property
    def recipe(self) -> RecipeConfig:
        """The settings that a recipe reads."""
        return RecipeConfig(
            model=self.model,
            frozen=self.frozen,
            kernel=self.kernel,
            finetune=self.finetune,
            foreground=self.foreground,
            seed=self.data.seed,
            cache=self.run.cache,
            threads=self.threads,
        )
