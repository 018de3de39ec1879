"""Everything that a step changes: what a checkpoint must hold to resume a killed run with the same result.

No generator's state is part of it: every draw's seed is a function of the run's seed and the step.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import torch
from torch import Tensor
from torch.optim import AdamW

from training.finetune.ema import WeightAverage
from training.finetune.history import EpochRecord, kept_epoch
from training.model.network import Network


@dataclass(slots=True, kw_only=True)
class RunState:
    """`loss_sum` [] is of this epoch's steps; `kept` holds the averaged weights of the best epoch so far."""

    network: Network
    average: WeightAverage
    optimiser: AdamW
    loss_sum: Tensor
    step: int = 0
    history: list[EpochRecord] = field(default_factory=list)
    kept: dict[str, Tensor] = field(default_factory=dict)

    def finish_epoch(self, record: EpochRecord) -> None:
        """Record an epoch, and keep its averaged weights if it is the best."""
        self.history.append(record)
        self.loss_sum.zero_()
        if kept_epoch(self.history) == record.epoch:
            self.kept = {key: value.clone() for key, value in self.average.network.state_dict().items()}

    def as_tensors(self) -> dict[str, Any]:
        """The state in tensors, numbers and text only, for `torch.load(weights_only=True)`."""
        return {
            "network": self.network.state_dict(),
            "average": self.average.network.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "loss_sum": self.loss_sum,
            "step": self.step,
            "history": [asdict(record) for record in self.history],
            "kept": self.kept,
        }

    def restore(self, tensors: Mapping[str, Any]) -> None:
        """Restore the state from what `as_tensors` gave."""
        self.network.load_state_dict(tensors["network"])
        self.average.network.load_state_dict(tensors["average"])
        self.optimiser.load_state_dict(tensors["optimiser"])
        with torch.no_grad():
            self.loss_sum.copy_(tensors["loss_sum"])
        self.step = tensors["step"]
        self.history = [EpochRecord(**record) for record in tensors["history"]]
        self.kept = dict(tensors["kept"])
