"""Networks that answer as one: the mean of their logits.

A head on frozen features and a fine-tuned network, or two fine-tuned by other seeds, err in different places, so their
mean ranks listings better than each (measured on the sneakers: docs/results.md). Where fine-tuning left the first
stages as they were, all share them: the export computes such a part of the graph once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias, cast

import torch
from torch import Tensor, nn

from training.model.network import Network, NetworkOutputs


class BlendedNetwork(nn.Module):
    """The mean of its parts' logits, product logits and evidence; all else is the last part's."""

    def __init__(self, parts: Sequence[Network]) -> None:
        super().__init__()
        self.parts = nn.ModuleList(parts)

    @property
    def networks(self) -> list[Network]:
        """The parts, typed."""
        return [cast(Network, part) for part in self.parts]

    @property
    def evidence_bias(self) -> float:
        """The part of the logit that no place contributes."""
        return sum(part.evidence_bias for part in self.networks) / len(self.networks)

    def forward(self, photos: Tensor) -> Tensor:
        """uint8 [N, S, S, 3] -> logit [N]."""
        return torch.stack([part(photos) for part in self.networks]).mean(0)

    def forward_all(self, photos: Tensor) -> NetworkOutputs:
        """uint8 [N, S, S, 3] -> logit, embedding and evidence."""
        outputs = [part.forward_all(photos) for part in self.networks]
        product_logits = [one.product_logit for one in outputs if one.product_logit is not None]
        return NetworkOutputs(
            logit=torch.stack([one.logit for one in outputs]).mean(0),
            embedding=outputs[-1].embedding,
            evidence=torch.stack([one.evidence for one in outputs]).mean(0),
            product_logit=torch.stack(product_logits).mean(0) if product_logits else None,
            novelty=outputs[-1].novelty,
        )


AnyNetwork: TypeAlias = Network | BlendedNetwork
