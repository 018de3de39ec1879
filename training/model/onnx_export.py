"""From a trained network to ONNX: the graph that every bundle carries, and a graph of its pooled features."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from tempfile import TemporaryDirectory

import onnx
import onnx_ir
import torch
from onnx_ir.passes.common import CommonSubexpressionEliminationPass, DeduplicateHashedInitializersPass
from torch import Tensor, nn

from training.model.ensemble import AnyNetwork
from training.model.network import Network, NetworkOutputs

OPSET = 18


def export_network(network: AnyNetwork, file: Path, *, size_px: int) -> None:
    """Write the bundle's graph: `photos` uint8 [N, S, S, 3] -> logit [N], embedding [N, D], evidence [N, H, W].

    A network that has them gives product_logit [N, P], novelty [N] and foreground [N, H, W] too. The batch is
    dynamic, normalisation is inside, and onnx.checker checks the file before it is moved to its place.
    """
    _export(network, _AllOutputs(network), file, size_px=size_px, outputs=tuple(_outputs_of(network, size_px)))


def export_features(network: Network, file: Path, *, size_px: int) -> None:
    """Write a graph `photos` uint8 [N, S, S, 3] -> pooled `features` [N, F], for the frozen recipe."""
    _export(network, _Features(network), file, size_px=size_px, outputs=("features",))


class _AllOutputs(nn.Module):
    def __init__(self, network: AnyNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, photos: Tensor) -> tuple[Tensor, ...]:
        return tuple(_present(self.network.forward_all(photos)).values())


def _outputs_of(network: AnyNetwork, size_px: int) -> list[str]:
    was_training = network.training
    network.eval()
    with torch.inference_mode():
        names = list(_present(network.forward_all(torch.zeros(1, size_px, size_px, 3, dtype=torch.uint8))))
    network.train(was_training)
    return names


def _present(outputs: NetworkOutputs) -> dict[str, Tensor]:
    values = {field.name: getattr(outputs, field.name) for field in fields(outputs)}
    return {name: value for name, value in values.items() if value is not None}


class _Features(nn.Module):
    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network = network

    def forward(self, photos: Tensor) -> Tensor:
        return self.network.features(photos)


def _export(network: AnyNetwork, module: nn.Module, file: Path, *, size_px: int, outputs: Sequence[str]) -> None:
    photos = torch.zeros(2, size_px, size_px, 3, dtype=torch.uint8)
    was_training = network.training
    module.eval()
    logging.getLogger("onnxscript").setLevel(logging.ERROR)  # it warns of each constant that it does not fold
    with TemporaryDirectory(dir=file.parent) as scratch:
        draft = Path(scratch) / file.name
        torch.onnx.export(
            module,
            (photos,),
            draft,
            input_names=["photos"],
            output_names=list(outputs),
            dynamic_shapes={"photos": {0: torch.export.Dim("photos", min=1, max=4096)}},
            opset_version=OPSET,
            dynamo=True,
            external_data=False,
            verbose=False,
        )
        _merge_equal_subgraphs(draft)
        onnx.checker.check_model(str(draft), full_check=True)
        draft.replace(file)
    network.train(was_training)


def _merge_equal_subgraphs(file: Path) -> None:
    """Merge equal subgraphs: the frozen stages that the members of an ensemble have in common."""
    model = onnx_ir.load(file)
    for pass_ in (DeduplicateHashedInitializersPass(), CommonSubexpressionEliminationPass()):
        pass_(model)
    onnx_ir.save(model, file)
