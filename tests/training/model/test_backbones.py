"""Backbones with weights from a package, a file or none; what can't be had is refused with what else works."""

from pathlib import Path

import pytest
import torch

from training.errors import BackboneError
from training.model.backbones import backbone_stages, create_backbone, stage_behind


def test_the_packaged_weights_are_imagenet_s() -> None:
    backbone, normalisation = create_backbone("tf_efficientnet_lite0", "package")
    assert normalisation.mean == (127.0, 127.0, 127.0)
    norms = [m for m in backbone.modules() if isinstance(m, torch.nn.BatchNorm2d)]
    assert all(float(norm.running_var.max()) != 1.0 for norm in norms if norm.running_var is not None)
    assert len(norms) > 30


def test_an_unknown_backbone_names_the_nearest() -> None:
    with pytest.raises(BackboneError, match="tf_efficientnet_lite0"):
        create_backbone("tf_efficientnet_lite_0", "none")


def test_weights_that_no_package_carries_say_what_else_works() -> None:
    with pytest.raises(BackboneError, match="hub"):
        create_backbone("test_efficientnet", "package")


def test_an_unknown_source_of_weights_is_refused() -> None:
    with pytest.raises(BackboneError, match="'file:PATH'"):
        create_backbone("test_efficientnet", "internet")


def test_a_missing_weights_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(BackboneError, match="nowhere"):
        create_backbone("test_efficientnet", f"file:{tmp_path / 'nowhere.pth'}")


@pytest.mark.parametrize("suffix", ["pth", "safetensors"])
def test_weights_in_a_file_are_loaded(tmp_path: Path, suffix: str) -> None:
    from safetensors.torch import save_file

    torch.manual_seed(1)
    weights, _ = create_backbone("test_efficientnet", "none")
    file = tmp_path / f"weights.{suffix}"
    state = {name: tensor.contiguous() for name, tensor in weights.state_dict().items()}
    if suffix == "pth":
        torch.save(state, file)
    else:
        save_file(state, file)
    torch.manual_seed(2)
    loaded, _ = create_backbone("test_efficientnet", f"file:{file}")
    assert all(torch.equal(tensor, loaded.state_dict()[name]) for name, tensor in state.items())


def test_a_file_that_lacks_tensors_names_the_first(tmp_path: Path) -> None:
    weights, _ = create_backbone("test_efficientnet", "none")
    state = weights.state_dict()
    missing = next(iter(state))
    del state[missing]
    torch.save(state, tmp_path / "weights.pth")
    with pytest.raises(BackboneError, match=f"lacks 1 of the backbone's tensors, the first is {missing}"):
        create_backbone("test_efficientnet", f"file:{tmp_path / 'weights.pth'}")


def test_stages_run_from_the_input_to_the_last_map_and_hold_every_parameter() -> None:
    backbone, _ = create_backbone("test_efficientnet", "none")
    stages = backbone_stages(backbone)
    assert any(name.startswith("conv_stem") for name in stages[0])
    assert any(name.startswith("conv_head") for name in stages[-1])
    assert sorted(name for stage in stages for name in stage) == sorted(dict(backbone.named_parameters()))


def test_the_stage_behind_a_tap_reads_its_map() -> None:
    backbone, _ = create_backbone("tf_efficientnet_lite0", "none")
    assert stage_behind(backbone, 3) is backbone.get_submodule("blocks.5")
    assert stage_behind(backbone, 4) is backbone.get_submodule("conv_head")
    assert stage_behind(create_backbone("resnet18", "none")[0], -1) is not None  # its pooling
