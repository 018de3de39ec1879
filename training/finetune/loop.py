"""The fine-tuning loop: photos and labels in, the epoch with the best AUROC on unseen listings out."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from statistics import fmean

import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits
from torch.nn.utils import clip_grad_norm_

from training.data.manifest import Manifest
from training.finetune.config import FinetuneConfig
from training.finetune.distributed import join_processes
from training.finetune.history import EpochRecord, is_over, kept_epoch
from training.finetune.optimiser import set_learning_rate, set_training_mode
from training.finetune.pairs.consistency import inconsistency
from training.finetune.report import RunReport, require_finite
from training.finetune.run import Run, prepare_run
from training.finetune.sampler import seed_of
from training.finetune.stop_set import evaluate_stop_set
from training.finetune.throughput import Throughput
from training.model.network import Network
from vision.inputs import InputGeometry


@dataclass(frozen=True, slots=True, kw_only=True)
class FinetuneResult:
    """The network with the averaged weights of the kept epoch (counted from 1), on the CPU, in evaluation mode."""

    network: Network
    epoch: int
    history: tuple[EpochRecord, ...]
    photos_per_s: float


def finetune(
    network: Network,
    manifest: Manifest,
    *,
    fit: Sequence[int],
    stop: Sequence[int],
    geometry: InputGeometry,
    config: FinetuneConfig,
    folder: Path,
    seed: int,
    cache_folder: Path = Path("runs/cache"),
    origin: Mapping[str, str] | None = None,
) -> FinetuneResult:
    """Train `network` on the manifest's `fit` rows and keep the epoch with the best listing AUROC on its `stop` rows.

    Without stop rows every epoch is done and the last is kept. A killed run resumes from the checkpoint in `folder`,
    with the same result; `origin` names what else must be the same then, such as the backbone's weights.
    Under torchrun every process calls this and gets the result. Raises TrainingError, ResumeMismatch, ManifestError.
    """
    with join_processes(config.device) as processes:
        run = prepare_run(
            network,
            manifest,
            fit=fit,
            stop=stop,
            geometry=geometry,
            config=config,
            folder=folder,
            cache_folder=cache_folder,
            seed=seed,
            origin=origin or {},
            processes=processes,
        )
        _train(run, folder)
        history = tuple(run.state.history)
        network.load_state_dict(run.state.kept)
    return FinetuneResult(
        network=network.cpu().eval(),
        epoch=kept_epoch(history),
        history=history,
        photos_per_s=fmean(record.photos_per_s for record in history),
    )


def _train(run: Run, folder: Path) -> None:
    state, config = run.state, run.config
    if is_over(state.history, epochs=config.epochs, patience=config.patience):
        return
    batches = iter(run.loader)
    saved_at = time.monotonic()
    with RunReport(
        folder,
        steps=run.steps,
        steps_per_epoch=run.steps_per_epoch,
        first_step=state.step,
        silent=not run.processes.is_main,
    ) as report:
        report.line(_opening(run))
        while not is_over(state.history, epochs=config.epochs, patience=config.patience):
            set_training_mode(state.network, freeze_norm=config.freeze_norm)
            throughput = Throughput()
            left = run.steps_per_epoch * (len(state.history) + 1) - state.step
            for photos, genuine in throughput.timed(islice(batches, left), photos=config.batch_size):
                _take_step(run, photos, genuine)
                if throughput.steps and report.is_due():
                    report.step(state.step, loss=_mean_loss(run), throughput=throughput)
                if time.monotonic() - saved_at > 60 * config.checkpoint_minutes:
                    run.save()
                    saved_at = time.monotonic()
            _end_epoch(run, throughput, report)
            saved_at = time.monotonic()


def _take_step(run: Run, photos: Tensor, genuine: Tensor) -> None:
    """One step on this process' part of a batch: photos uint8 [B, S, S, 3] or [B, 2, S, S, 3], genuine float32 [B]."""
    state, config, device = run.state, run.config, run.processes.device
    set_learning_rate(state.optimiser, state.step, steps=run.steps, config=config)
    torch.manual_seed(seed_of(run.seed, state.step, run.processes.rank))  # of dropout
    photos, genuine = photos.to(device, non_blocking=True), genuine.to(device, non_blocking=True)
    target = genuine * (1 - config.label_smoothing) + config.label_smoothing / 2
    with torch.autocast(device.type, torch.bfloat16, enabled=run.uses_bf16):
        loss = _loss_of_pairs(run, photos, target) if config.consistency else _loss(run.model(photos), target)
    state.optimiser.zero_grad()
    loss.backward()  # type: ignore[no-untyped-call]
    clip_grad_norm_(state.network.parameters(), config.clip_norm)
    state.optimiser.step()
    state.average.follow(state.network, state.step)
    state.loss_sum += loss.detach()
    state.step += 1


def _loss(logit: Tensor, target: Tensor) -> Tensor:
    return binary_cross_entropy_with_logits(logit.float(), target)


def _loss_of_pairs(run: Run, photos: Tensor, target: Tensor) -> Tensor:
    """The loss of photos and copies, [B, 2, S, S, 3], and the consistency term."""
    logit, compared = run.model(photos.flatten(0, 1))  # [2B], [2B, 1 + F]
    weight = run.config.consistency or 0.0
    return _loss(logit, target.repeat_interleave(2)) + weight * inconsistency(compared)


def _end_epoch(run: Run, throughput: Throughput, report: RunReport) -> None:
    """Evaluate the averaged weights, record the epoch and write a checkpoint."""
    started = time.monotonic()
    state, processes = run.state, run.processes
    processes.copy_main(state.average.network.state_dict().values())  # each process' batch norms saw their own photos
    loss = float(processes.add_up(state.loss_sum) / processes.world_size / run.steps_per_epoch)
    require_finite(loss, state.step)
    stop = None
    if run.stop is not None:
        stop = evaluate_stop_set(run.stop, state.average.network, processes, batch_size=run.config.batch_size)
    record = EpochRecord(
        epoch=len(state.history) + 1,
        step=state.step,
        loss=loss,
        stop_auroc=None if stop is None else stop.auroc,
        stop_loss=None if stop is None else stop.loss,
        photos_per_s=throughput.photos_per_s,
        waiting_share=throughput.waiting_share,
    )
    state.finish_epoch(record)
    run.save()
    is_kept = kept_epoch(state.history) == record.epoch
    report.epoch(record, state.history, seconds=time.monotonic() - started, is_kept=is_kept)


def _mean_loss(run: Run) -> float:
    """Mean loss of this epoch's steps so far, in this process."""
    return float(run.state.loss_sum) / (run.state.step - run.steps_per_epoch * len(run.state.history))


def _opening(run: Run) -> str:
    device, precision = run.processes.device, "bf16" if run.uses_bf16 else "fp32"
    start = f"resumes at step {run.state.step}" if run.state.step else "starts"
    processes = "" if run.processes.world_size == 1 else f" by {run.processes.world_size} processes"
    return (
        f"fine-tuning {start}: {run.config.epochs} epochs of {run.steps_per_epoch} steps of "
        f"{run.config.batch_size} photos, on {device} in {precision}{processes}"
    )
