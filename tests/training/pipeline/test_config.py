"""Settings of a training run: contradictions are refused before anything is trained, and the record is what matters."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from training.calibration.config import CalibrationConfig
from training.data.config import DataConfig
from training.pipeline.config import EvaluationConfig, RunConfig, TrainConfig
from training.recipes.config import ModelConfig
from vision.bundle.robustness_limits import RobustnessLimits
from vision.config.convert import build_section
from vision.config.cpu_limits import usable_cores
from vision.errors import ConfigError
from vision.json_dataclass import to_json_table

OLD_RUN = Path(__file__).with_name("older_run.json")  # of configs/demo.toml, at ef8686e


def config(fold: int | None = None, **calibration: object) -> TrainConfig:
    return TrainConfig(
        data=DataConfig(manifest=Path("m.csv"), fold=fold, seed=3),
        run=RunConfig(folder=Path("run"), cache=Path("cache")),
        calibration=CalibrationConfig(**calibration),  # type: ignore[arg-type]
    )


@pytest.mark.parametrize("source", ["out_of_fold", "fold_runs"])
def test_review_of_all_that_isn_t_guaranteed_is_refused_where_nothing_ever_is(source: str) -> None:
    with pytest.raises(ConfigError, match=f"would leave every listing to review here: thresholds from '{source}'"):
        config(source=source, unguaranteed="review")


def test_review_takes_held_out_listings_also_within_a_fold() -> None:
    assert config(unguaranteed="review").calibration_source.name == "held_out"
    assert config(fold=1, source="fold_runs", unguaranteed="review").calibration_source.name == "held_out"
    with pytest.raises(ConfigError, match="'other_folds'"):
        config(fold=1, fold_source="other_folds", unguaranteed="review")


def test_a_negative_number_of_listings_is_refused() -> None:
    with pytest.raises(ConfigError, match="stress_listings is -1"):
        EvaluationConfig(stress_listings=-1)


def test_a_frozen_run_records_no_fine_tuning() -> None:
    frozen = config()
    tuned = replace(frozen, model=ModelConfig(recipe="finetune"))
    assert "finetune" not in frozen.recorded()
    assert tuned.recorded().keys() - frozen.recorded().keys() == {"finetune"}


def test_a_recipe_gets_the_sections_that_it_reads() -> None:
    whole = config()
    recipe = whole.recipe
    assert (recipe.model, recipe.frozen, recipe.kernel, recipe.foreground, recipe.finetune) == (
        whole.model,
        whole.frozen,
        whole.kernel,
        whole.foreground,
        whole.finetune,
    )
    assert (recipe.seed, recipe.cache, recipe.threads) == (3, Path("cache"), usable_cores())
    assert replace(whole, run=replace(whole.run, threads=7)).recipe.threads == 7


def test_the_record_of_a_run_without_a_foreground_is_that_of_an_older_run_which_so_resumes() -> None:
    recorded = json.loads(OLD_RUN.read_text(encoding="utf-8"))["config"]
    settings = build_section(TrainConfig, {**_without_nulls(recorded), "foreground": {"source": "none"}})
    now = _without_nulls(settings.recorded())
    assert now.pop("robustness") == to_json_table(RobustnessLimits()), "limits change no network: NOT_COMPARED"
    assert now == _without_nulls(recorded), "a setting that is new is not set"


def _without_nulls(sections: Any) -> dict[str, Any]:
    """Sections as TOML has them: there is no null, so a setting without a value is absent."""
    return {
        name: {key: value for key, value in section.items() if value is not None} for name, section in sections.items()
    }
