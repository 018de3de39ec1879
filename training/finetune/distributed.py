"""The processes that train together, as torchrun starts them; a single process is a world of size one."""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import torch
import torch.distributed as dist
from torch import Tensor

from training.errors import TrainingError

_TIMEOUT = timedelta(hours=3)  # the main process decodes all photos while the others wait


@dataclass(frozen=True, slots=True, kw_only=True)
class Processes:
    """This process' place among all, and the device it computes on."""

    rank: int
    world_size: int
    device: torch.device

    @property
    def is_main(self) -> bool:
        """Whether this process writes files and prints."""
        return self.rank == 0

    def wait(self) -> None:
        """Return when every process has come this far."""
        if self.world_size > 1:
            dist.barrier()

    def add_up(self, tensor: Tensor) -> Tensor:
        """The sum of each process' tensor, in place."""
        if self.world_size > 1:
            dist.all_reduce(tensor)
        return tensor

    def copy_main(self, tensors: Iterable[Tensor]) -> None:
        """Overwrite every process' tensors with the main one's."""
        if self.world_size > 1:
            for tensor in tensors:
                dist.broadcast(tensor, src=0)


@contextmanager
def join_processes(device: str) -> Iterator[Processes]:
    """Join the processes that torchrun started (RANK, WORLD_SIZE, LOCAL_RANK), or be the only one."""
    world_size = int(os.environ.get("WORLD_SIZE", "1"))
    if world_size == 1:
        yield Processes(rank=0, world_size=1, device=resolve_device(device))
        return
    own_device = resolve_device(device, local_rank=int(os.environ["LOCAL_RANK"]))
    if own_device.type == "cuda":
        torch.cuda.set_device(own_device)
    joined_before = dist.is_initialized()
    if not joined_before:
        dist.init_process_group("nccl" if own_device.type == "cuda" else "gloo", timeout=_TIMEOUT)
    try:
        yield Processes(rank=dist.get_rank(), world_size=world_size, device=own_device)
    finally:
        if not joined_before:
            dist.destroy_process_group()


def resolve_device(device: str, *, local_rank: int = 0) -> torch.device:
    """The torch device of a `device` setting; each local process gets a GPU of its own."""
    if device == "auto":
        device = "cuda" if torch.cuda.is_available() else "cpu"
    try:
        resolved = torch.device(device)
    except RuntimeError as error:
        raise TrainingError(f"finetune.device is {device!r}: give auto, cpu, cuda or cuda:N") from error
    if resolved.type == "cuda" and not torch.cuda.is_available():
        raise TrainingError(f"finetune.device is {device!r}, but torch sees no CUDA device; give auto or cpu")
    if resolved.type == "cuda" and resolved.index is None:
        return torch.device("cuda", local_rank)
    return resolved
