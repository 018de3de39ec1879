"""A sweep's variants are the base with their own settings on top, all checked before the first is trained."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.builders.sweep import TWO, variants_of
from training.pipeline.config import TrainConfig
from training.runs.folder import open_run_folder
from vision.config.read import read_config
from vision.errors import ConfigError


def test_a_variant_is_the_base_with_the_overrides_and_its_own_settings_on_top(tmp_path: Path) -> None:
    linear, kernel = variants_of(tmp_path, TWO, "[overrides]\nfrozen.c = 0.5\nmodel.taps = [1]")
    assert (linear.config.model.head, linear.config.frozen.c, linear.config.model.taps) == ("linear", 0.5, (1,))
    assert (kernel.config.model.head, kernel.config.frozen.c, kernel.config.model.taps) == ("kernel", 1.0, (1,))
    assert kernel.config.model.size_px == 64  # the base's
    assert kernel.settings == {"model.head": "kernel", "frozen.c": 1}
    assert kernel.config.run.folder == tmp_path / "sweep" / "kernel"
    assert kernel.config.run.name == "toy-kernel"


def test_a_variant_may_name_its_bundle_but_not_place_its_run(tmp_path: Path) -> None:
    (named,) = variants_of(tmp_path, "[variants.a]\nrun.name = 'mine'")
    assert named.config.run.name == "mine"
    with pytest.raises(ConfigError, match=r"variants\.a\.run\.folder: the sweep places its runs in"):
        variants_of(tmp_path, "[variants.a]\nrun.folder = 'elsewhere'")


@pytest.mark.parametrize(
    ("setting", "complaint"),
    [
        ("model.haed = 'kernel'", r'variant b of .*toy\.toml: model\.haed: unknown key; did you mean "head"'),
        ("model.head = 'kernle'", r'variant b of .*: model\.head: expected one of .*did you mean "kernel"'),
        ("frozen.c = 'much'", r"variant b of .*: frozen\.c: expected number"),
        ("model = 3", r"variant b of .*: model: expected a section"),
        ("model.size_px = 100", r"variant b of .*: model: size_px is 100"),
    ],
)
def test_a_setting_that_does_not_fit_is_refused_with_its_variant(tmp_path: Path, setting: str, complaint: str) -> None:
    with pytest.raises(ConfigError, match=complaint):
        variants_of(tmp_path, f"[variants.a]\n[variants.b]\n{setting}")


def test_a_variants_settings_can_be_set_from_the_command_line(tmp_path: Path) -> None:
    _, kernel = variants_of(
        tmp_path,
        TWO,
        "",
        "variants.kernel.kernel.width=2",
        "overrides.data.where=fold==0",
        "overrides.model.filter=box",
    )
    assert (kernel.config.kernel.width, kernel.config.data.where) == (2.0, ("fold==0",))
    assert kernel.config.model.filter == "box"


def test_a_variant_knows_how_far_its_run_has_come(tmp_path: Path) -> None:
    linear, kernel = variants_of(tmp_path, TWO)
    states = [linear.state]
    open_run_folder(linear.folder, config=linear.config.recorded(), data_hash="d")
    states.append(linear.state)
    (linear.folder / "bundle").mkdir()
    (linear.folder / "bundle" / "bundle.json").touch()
    states.append(linear.state)
    assert states == ["new", "started", "done"]
    open_run_folder(kernel.folder, config=linear.config.recorded(), data_hash="d").mark_audited()
    assert (kernel.state, kernel.differences) == ("another run", ("frozen.c", "model.head"))


def test_a_variants_own_file_trains_what_the_sweep_would(tmp_path: Path) -> None:
    _, kernel = variants_of(tmp_path, TWO)
    kernel.write_config()
    assert kernel.config_file == tmp_path / "sweep" / "kernel.toml"
    assert read_config(TrainConfig, kernel.config_file) == kernel.config
