"""An ensemble of networks: the mean of their logits.

A head on frozen features and a fine-tuned network, or two fine-tuned with different seeds, make different errors, so
their mean has a higher AUROC than either (measured on the sneakers: docs/results.md). Where fine-tuning kept the first
stages frozen, all members share them, and the exported graph computes them once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias, cast

import torch
from torch import Tensor, nn

from training.model.network import Network, NetworkOutputs


class EnsembleNetwork(nn.Module):
    """The mean of its members' logits, product logits, evidence and foreground.

    Embedding and novelty are the last member's.
    """

    def __init__(self, members: Sequence[Network]) -> None:
        super().__init__()
        self.parts = nn.ModuleList(members)  # the name stands in the weights file of every bundle

    @property
    def networks(self) -> list[Network]:
        """The members, typed."""
        return [cast(Network, part) for part in self.parts]

    @property
    def evidence_bias(self) -> float:
        """The constant term of the logit, which no place contributes."""
        return sum(member.evidence_bias for member in self.networks) / len(self.networks)

    def forward(self, photos: Tensor) -> Tensor:
        """uint8 [N, S, S, 3] -> logit [N]."""
        return torch.stack([member(photos) for member in self.networks]).mean(0)

    def forward_all(self, photos: Tensor) -> NetworkOutputs:
        """uint8 [N, S, S, 3] -> logit, embedding and evidence."""
        outputs = [member.forward_all(photos) for member in self.networks]
        product_logits = [one.product_logit for one in outputs if one.product_logit is not None]
        foregrounds = [one.foreground for one in outputs if one.foreground is not None]
        return NetworkOutputs(
            logit=torch.stack([one.logit for one in outputs]).mean(0),
            embedding=outputs[-1].embedding,
            evidence=torch.stack([one.evidence for one in outputs]).mean(0),
            product_logit=torch.stack(product_logits).mean(0) if product_logits else None,
            novelty=outputs[-1].novelty,
            foreground=torch.stack(foregrounds).mean(0) if foregrounds else None,
        )


AnyNetwork: TypeAlias = Network | EnsembleNetwork
