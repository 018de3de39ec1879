"""All parts of one fine-tuning run: data, network, optimiser, and the checkpoint of a killed run if there is one."""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from timm.layers.norm_act import convert_sync_batchnorm
from torch import nn
from torch.nn.parallel import DistributedDataParallel
from torch.utils.data import DataLoader

from training.data.manifest import Manifest, PhotoRow
from training.errors import TrainingError
from training.finetune.augment import build_augmentation
from training.finetune.balance import photo_weights
from training.finetune.checkpoint import Identity, identify_run, load_checkpoint, save_checkpoint
from training.finetune.config import FinetuneConfig
from training.finetune.decoding import decode_photos
from training.finetune.distributed import Processes
from training.finetune.ema import WeightAverage
from training.finetune.loader import AugmentedPhotos, Batch, build_loader, choose_workers
from training.finetune.optimiser import build_optimiser, freeze_stages
from training.finetune.pairs.consistency import PairOutputs
from training.finetune.pairs.square_copies import square_copies
from training.finetune.sampler import StepSampler
from training.finetune.state import RunState
from training.finetune.stop_set import StopSet, build_stop_set, predicted_rows
from training.model.network import Network
from vision.inputs import InputGeometry


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """`model` is the state's network as the processes train it: compiled, distributed, or itself.

    With `finetune.consistency` it gives what pairs are compared by beside the logit.
    """

    config: FinetuneConfig
    processes: Processes
    state: RunState
    model: nn.Module
    loader: DataLoader[Batch]
    steps_per_epoch: int
    stop: StopSet | None
    seed: int
    uses_bf16: bool
    checkpoint: Path
    identity: Identity

    @property
    def steps(self) -> int:
        """Steps of all epochs."""
        return self.steps_per_epoch * self.config.epochs

    def save(self) -> None:
        """Write the checkpoint, in the main process."""
        if self.processes.is_main:
            save_checkpoint(self.checkpoint, self.state.as_tensors(), self.identity)


def prepare_run(
    network: Network,
    manifest: Manifest,
    *,
    fit: Sequence[int],
    stop: Sequence[int],
    geometry: InputGeometry,
    config: FinetuneConfig,
    folder: Path,
    cache_folder: Path,
    seed: int,
    origin: Mapping[str, str],
    processes: Processes,
) -> Run:
    """Assemble a run; it resumes from its checkpoint where `folder` has one."""
    fit_rows = [manifest.rows[index] for index in fit]
    stop_rows = predicted_rows([manifest.rows[index] for index in stop])
    _check(fit_rows, config, processes)
    uses_bf16 = config.precision == "bf16" or (config.precision == "auto" and _computes_bf16(processes.device))
    resolved = replace(config, precision="bf16" if uses_bf16 else "fp32")
    identity = identify_run(
        network, manifest, fit=fit, stop=stop, geometry=geometry, config=resolved, seed=seed, origin=origin
    )
    state = _build_state(network, config, processes)
    checkpoint = folder / "checkpoints" / "last.pt"
    written = load_checkpoint(checkpoint, identity, device=processes.device)
    if written is not None:
        state.restore(written)
    squares = decode_photos(
        fit_rows, stop_rows, geometry, margin=config.cache_margin, folder=cache_folder, processes=processes
    )
    sampler = StepSampler(
        photo_weights(fit_rows, balance=config.balance, listing_cap=config.listing_cap),
        batch_size=config.batch_size,
        epochs=config.epochs,
        seed=seed,
        first_step=state.step,
        rank=processes.rank,
        world_size=processes.world_size,
    )
    augmented = AugmentedPhotos(
        squares.fit,
        [row.label == "genuine" for row in fit_rows],
        build_augmentation(config.augment, size_px=geometry.size_px),
        square_copies(squares.fit, fit_rows, geometry) if config.consistency else None,
    )
    workers = choose_workers(config.workers, device=processes.device, processes=processes.world_size)
    return Run(
        config=config,
        processes=processes,
        state=state,
        model=_training_model(state.network, config, processes),
        loader=build_loader(augmented, sampler, workers=workers, device=processes.device),
        steps_per_epoch=sampler.steps_per_epoch,
        stop=build_stop_set(stop_rows, squares.stop) if stop_rows else None,
        seed=seed,
        uses_bf16=uses_bf16,
        checkpoint=checkpoint,
        identity=identity,
    )


def _computes_bf16(device: torch.device) -> bool:
    """Whether the device computes bf16 in hardware: CUDA from Ampere on; older cards emulate it slowly."""
    return device.type == "cuda" and torch.cuda.is_bf16_supported(including_emulation=False)


def _check(fit_rows: Sequence[PhotoRow], config: FinetuneConfig, processes: Processes) -> None:
    labels = {row.label for row in fit_rows}
    if labels != {"genuine", "counterfeit"}:
        raise TrainingError(
            f"fine-tuning needs photos of both labels and no unlabelled ones; the {len(fit_rows)} given have "
            f"{', '.join(sorted(label or 'no label' for label in labels)) or 'none'}"
        )
    if config.batch_size % processes.world_size:
        raise TrainingError(
            f"finetune.batch_size is {config.batch_size}, which {processes.world_size} processes can't share evenly"
        )


def _build_state(network: Network, config: FinetuneConfig, processes: Processes) -> RunState:
    """The state before the first step, around a copy of the network: the caller's stays as it is until the end."""
    own = deepcopy(network)
    if processes.world_size > 1 and processes.device.type == "cuda":
        own = convert_sync_batchnorm(own)  # type: ignore[no-untyped-call]  # timm's, which knows timm's norms
    own = own.to(processes.device).to(memory_format=torch.channels_last)
    processes.copy_main(own.state_dict().values())
    freeze_stages(own, config.freeze_stages)
    return RunState(
        network=own,
        average=WeightAverage(own, config.ema_decay),
        optimiser=build_optimiser(own, config),
        loss_sum=torch.zeros((), device=processes.device),
    )


def _training_model(network: Network, config: FinetuneConfig, processes: Processes) -> nn.Module:
    model: nn.Module = PairOutputs(network) if config.consistency else network
    if processes.world_size > 1:
        device_ids = [processes.device.index] if processes.device.type == "cuda" else None
        model = DistributedDataParallel(model, device_ids=device_ids)
    if config.compile:
        model.compile()
    return model
