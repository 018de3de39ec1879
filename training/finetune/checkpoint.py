"""The checkpoint file: written atomically, and resumed only by the run that wrote it."""

import hashlib
import os
import pickle
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch

from training.data.manifest import Manifest
from training.errors import ResumeMismatch, TrainingError
from training.finetune.config import FinetuneConfig
from training.model.network import Network
from vision.inputs import InputGeometry
from vision.json_dataclass import to_json_table

Identity = dict[str, str]

_FORMAT = "1"
_WITHOUT_EFFECT = frozenset({"workers", "device", "compile", "checkpoint_minutes", "blend", "members"})
"""Settings that don't change a network's weights, so that a resumed run may have others."""


def identify_run(
    network: Network,
    manifest: Manifest,
    *,
    fit: Sequence[int],
    stop: Sequence[int],
    geometry: InputGeometry,
    config: FinetuneConfig,
    seed: int,
    origin: Mapping[str, str],
) -> Identity:
    """What must be the same to resume a checkpoint: settings, data, network and seed, each as a short text."""
    settings = _flat(to_json_table(config), "finetune")
    if config.consistency is None:  # as in the checkpoints that were written before there was a term
        del settings["finetune.consistency"]
    shapes = [(name, tuple(tensor.shape)) for name, tensor in network.state_dict().items()]
    return {
        "checkpoint format": _FORMAT,
        **{key: value for key, value in settings.items() if key.removeprefix("finetune.") not in _WITHOUT_EFFECT},
        **origin,
        "geometry": str(geometry),
        "seed": str(seed),
        "data hash": manifest.sha256[:16],
        "fit rows": _digest(list(fit)),
        "stop rows": _digest(list(stop)),
        "network's tensors": _digest(shapes),
    }


def save_checkpoint(file: Path, tensors: Mapping[str, Any], identity: Identity) -> None:
    """Write the file atomically: a kill or a power cut in between leaves the old one."""
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_suffix(".part")
    with draft.open("wb") as out:
        torch.save({"identity": identity, "state": dict(tensors)}, out)
        out.flush()
        os.fsync(out.fileno())
    draft.replace(file)
    folder = os.open(file.parent, os.O_RDONLY)  # the rename itself must reach the disk too
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def load_checkpoint(file: Path, identity: Identity, *, device: torch.device) -> Mapping[str, Any] | None:
    """The state in the file, None where there is none; raises ResumeMismatch for another run's."""
    if not file.exists():
        return None
    try:
        content = torch.load(file, map_location=device, weights_only=True)
        written, state = content["identity"], content["state"]
    except (OSError, RuntimeError, EOFError, KeyError, TypeError, pickle.UnpicklingError) as error:
        raise TrainingError(f"{file} is not a checkpoint of this program ({error}); delete it to start over") from error
    keys = sorted(written.keys() | identity.keys())
    differences = [
        f"{key} was {written.get(key, 'unset')}, is now {identity.get(key, 'unset')}"
        for key in keys
        if written.get(key) != identity.get(key)
    ]
    if differences:
        raise ResumeMismatch(
            f"{file} belongs to another run: {'; '.join(differences)}. "
            f"Give another run.folder, set it back, or delete {file.parent} to start over."
        )
    found: Mapping[str, Any] = state
    return found


def _flat(table: Mapping[str, object], prefix: str) -> Identity:
    flat: Identity = {}
    for key, value in table.items():
        if isinstance(value, Mapping):
            flat.update(_flat(value, f"{prefix}.{key}"))
        else:
            flat[f"{prefix}.{key}"] = str(value)
    return flat


def _digest(value: object) -> str:
    return hashlib.sha256(repr(value).encode()).hexdigest()[:16]
