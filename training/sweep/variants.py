"""A sweep's variants: each a whole training configuration, and the state of its run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from training.pipeline.config import TrainConfig
from training.runs.folder import RECORD_FILE, compared_settings, recorded_differences
from training.sweep.config import SweepConfig
from training.sweep.toml_text import toml_text
from vision.config.read import read_layered_config
from vision.errors import ConfigError
from vision.json_dataclass import to_json_table

VariantState = Literal["done", "started", "new", "another run"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """One configuration of a sweep, with its run folder set; `settings` are its own, by dotted key."""

    name: str
    config: TrainConfig
    settings: Mapping[str, object]

    @property
    def folder(self) -> Path:
        """Its run folder."""
        return self.config.run.folder

    @property
    def config_file(self) -> Path:
        """The configuration file of its training, beside the run folder, which `touchstone train` reads."""
        return self.folder.with_name(f"{self.name}.toml")

    @property
    def state(self) -> VariantState:
        """The state of its run; `another run` has other settings, and training refuses to overwrite it."""
        if self.differences:
            return "another run"
        if (self.folder / "bundle" / "bundle.json").is_file():
            return "done"
        return "started" if (self.folder / RECORD_FILE).is_file() else "new"

    @property
    def differences(self) -> tuple[str, ...]:
        """The settings in which the run recorded in its folder differs."""
        return recorded_differences(self.folder, self.config.recorded())

    def write_config(self) -> None:
        """Write its complete configuration file, so that later changes of the base don't affect it."""
        self.config_file.parent.mkdir(parents=True, exist_ok=True)
        self.config_file.write_text(toml_text(to_json_table(self.config)), encoding="utf-8")


def read_variants(sweep: SweepConfig) -> tuple[Variant, ...]:
    """The variants in their order, every setting typed and checked. Raises ConfigError, which names the variant."""
    return tuple(_read_variant(sweep, name, own) for name, own in sweep.variants.items())


def _read_variant(sweep: SweepConfig, name: str, own: Mapping[str, object]) -> Variant:
    settings = compared_settings({"variant": own})
    placed = {"run": {"folder": (sweep.folder / name).as_posix()}}
    for place, table in (("overrides", sweep.overrides), (f"variants.{name}", own)):
        run = table.get("run", {})
        if isinstance(run, Mapping) and "folder" in run:
            raise ConfigError(f"{place}.run.folder: the sweep places its runs in {sweep.folder}/NAME; leave it out")
    try:
        config = read_layered_config(TrainConfig, sweep.base, (sweep.overrides, own, placed))
    except ConfigError as error:
        raise ConfigError(f"variant {name} of {sweep.base}: {error}") from error
    if "variant.run.name" not in settings:
        config = replace(config, run=replace(config.run, name=f"{config.run.name}-{name}"))
    return Variant(
        name=name,
        config=config,
        settings={key.removeprefix("variant."): value for key, value in settings.items()},
    )
