"""The network: a backbone, pooled statistics of its stages, and a head whose logit has exact evidence.

Every tap (three stages and the last map) is pooled to a mean and a standard deviation per channel. Each place counts
by its weight w_p, which is its share of the foreground, or 1 / P in a network without a foreground head. Both are sums
over places, so the logit is a sum over places too, and `evidence` is that sum before it is taken:

    mean_c = sum_p w_p x_cp                 std_c = sum_p w_p ((x_cp - mean_c)^2 + EPS) / std_c

A weight can't undo what a convolution has seen, and behind stride 16 every place has seen most of the photo. So the
surroundings are taken out of the map in which the foreground is found, before the next stage reads it.

Normalisation is inside: photos come as uint8 RGB, so any onnxruntime program can feed the exported graph.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from training.model.backbones import Normalisation, backbone_stages, create_backbone, stage_behind
from training.model.foreground_head import ForegroundHead, on_grid, place_weights, shown_share
from training.model.heads import Head, LinearHead
from training.model.novelty import Novelty

EPS = 1e-5


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkOutputs:
    """What the exported graph gives: logit [N], embedding [N, D] of unit length, evidence [N, H, W].

    Where a network has them, also product_logit [N, P], novelty [N], and foreground [N, H, W], 0 to 1.
    """

    logit: Tensor
    embedding: Tensor
    evidence: Tensor
    product_logit: Tensor | None = None
    novelty: Tensor | None = None
    foreground: Tensor | None = None


class Network(nn.Module):
    """uint8 photos [N, S, S, 3] RGB -> logit [N]; `forward_all` gives what the bundle's graph gives."""

    photo_mean: Tensor
    photo_std: Tensor

    def __init__(
        self, backbone: nn.Module, normalisation: Normalisation, *, taps: Sequence[int], dropout: float = 0.2
    ) -> None:
        super().__init__()
        self.backbone = backbone
        self.taps = tuple(taps)
        self.register_buffer("photo_mean", torch.tensor(normalisation.mean).view(1, 3, 1, 1))
        self.register_buffer("photo_std", torch.tensor(normalisation.std).view(1, 3, 1, 1))
        self.widths = _tap_widths(backbone, self.taps)
        self.head: Head = LinearHead(2 * sum(self.widths), dropout)
        self.novelty: Novelty | None = None
        self.foreground_head: ForegroundHead | None = None
        if self.taps and (behind := stage_behind(backbone, self.taps[self.foreground_map])) is not None:
            behind.register_forward_pre_hook(self._hide_surroundings)

    @property
    def foreground_map(self) -> int:
        """The place among the maps of the one in which the foreground is found: at stride 16 with the default taps."""
        return max(0, len(self.taps) - 2)

    @property
    def stages(self) -> list[list[nn.Module]]:
        """The backbone's leaf modules with parameters, stage by stage from the photo to the head."""
        modules = dict(self.backbone.named_modules())
        stages = []
        for names in backbone_stages(self.backbone):
            owners = dict.fromkeys(name.rpartition(".")[0] for name in names)
            stages.append([modules[owner] for owner in owners])
        return stages

    @property
    def evidence_bias(self) -> float:
        """The constant term of the logit, which no place contributes."""
        return self.head.evidence_bias

    @property
    def last_tap_columns(self) -> tuple[slice, slice]:
        """Where the last tap's means and standard deviations stand among the pooled features."""
        taps = sum(self.widths[:-1])
        own = slice(taps - self.widths[-2], taps)
        return own, slice(own.start + sum(self.widths), own.stop + sum(self.widths))

    def embedding_of(self, features: Tensor) -> Tensor:
        """Pooled features [N, F] -> embedding [N, D] of unit length: the last map's means."""
        return functional.normalize(features[:, sum(self.widths[:-1]) : sum(self.widths)], dim=1)

    def forward(self, photos: Tensor) -> Tensor:
        """uint8 [N, S, S, 3] -> logit [N]."""
        return cast(Tensor, self.head(self.features(photos)))

    def features(self, photos: Tensor) -> Tensor:
        """uint8 [N, S, S, 3] -> pooled features [N, F]: all the means, then all the standard deviations."""
        maps = self.maps(photos)
        return torch.cat(_pool(maps, _weights(maps, self._foreground(maps))), 1)

    def forward_all(self, photos: Tensor) -> NetworkOutputs:
        """uint8 [N, S, S, 3] -> logit, embedding and evidence on the grid of the last map."""
        maps = self.maps(photos)
        foreground = self._foreground(maps)
        weights = _weights(maps, foreground)
        pooled = _pool(maps, weights)
        features = torch.cat(pooled, 1)  # [N, F]
        return NetworkOutputs(
            logit=self.head(features),
            embedding=self.embedding_of(features),
            evidence=self._evidence(maps, weights, pooled, self.head.weights(features)),
            product_logit=self.head.product_logit(features),
            novelty=None if self.novelty is None else self.novelty(features),
            foreground=None if foreground is None else on_grid(foreground, maps[-1].shape[-1]),
        )

    def maps(self, photos: Tensor) -> list[Tensor]:
        """uint8 [N, S, S, 3] -> the taps' maps and the last one, each [N, C, h, w]."""
        x = (photos.permute(0, 3, 1, 2).float() - self.photo_mean) / self.photo_std  # [N, 3, S, S]
        x = x.contiguous(memory_format=torch.channels_last)
        last, taps = self.backbone.forward_intermediates(x, indices=list(self.taps))  # type: ignore[operator]
        return [m.float() for m in (*taps, last)]

    def _hide_surroundings(self, _: nn.Module, given: tuple[Tensor, ...]) -> tuple[Tensor, ...] | None:
        """What the stage behind the foreground's map reads instead of that map."""
        if self.foreground_head is None:
            return None
        x, *others = given
        return (x * shown_share(self.foreground_head(x)).detach()[:, None], *others)

    def _foreground(self, maps: Sequence[Tensor]) -> Tensor | None:
        """Maps [N, C, h, w] each -> foreground [N, h, w] on the grid of its map; None without a foreground head.

        Labels must not teach it: it would come to mean what separates them, and no longer where the product is.
        """
        return None if self.foreground_head is None else self.foreground_head(maps[self.foreground_map]).detach()

    def _evidence(
        self, maps: list[Tensor], weights: list[Tensor | None], pooled: list[Tensor], of_features: Tensor
    ) -> Tensor:
        """Maps [N, C, h, w] each, their places' weights and pooled values, and weights of those -> [N, H, W]."""
        by_mean, by_spread = torch.split(of_features, [sum(self.widths)] * 2, dim=1)
        centre_mean, centre_spread = torch.split(self.head.mean[None], [sum(self.widths)] * 2, dim=1)
        rows = zip(
            maps,
            weights,
            pooled[: len(maps)],
            pooled[len(maps) :],
            *(torch.split(part, list(self.widths), 1) for part in (by_mean, by_spread, centre_mean, centre_spread)),
            strict=True,
        )
        grid = maps[-1].shape[-1]
        total = maps[-1].new_zeros(())
        for x, weight, mean, spread, w_mean, w_spread, c_mean, c_spread in rows:
            squares = (x - mean[..., None, None]) ** 2  # [N, C, h, w], as in `_spread`: the export computes it once
            by_square = w_spread / spread  # [N, C]
            constant = (w_mean * c_mean + w_spread * c_spread - EPS * by_square).sum(1)  # [N]
            share = (
                _over_channels(x, w_mean) + _over_channels(squares, by_square) - constant[:, None, None]
            )  # [N, h, w]
            part = share / (x.shape[-1] * x.shape[-2]) if weight is None else share * weight
            factor = x.shape[-1] // grid
            total = total + functional.avg_pool2d(part[:, None], factor)[:, 0] * factor**2  # [N, H, W]
        return total


def build_network(backbone: str, pretrained: str, *, taps: Sequence[int], dropout: float = 0.2) -> Network:
    """A network on a timm backbone; raises BackboneError."""
    module, normalisation = create_backbone(backbone, pretrained)
    return Network(module, normalisation, taps=taps, dropout=dropout)


def _weights(maps: Sequence[Tensor], foreground: Tensor | None) -> list[Tensor | None]:
    """For each map [N, C, h, w] the weights of its places, [N, h, w] that sum to one; None: all alike."""
    return [None if foreground is None else place_weights(foreground, m.shape[-1]) for m in maps]


def _pool(maps: Sequence[Tensor], weights: Sequence[Tensor | None]) -> list[Tensor]:
    """The means of all maps, then their standard deviations, each [N, C]."""
    means = [_mean(m, weight) for m, weight in zip(maps, weights, strict=True)]
    return [*means, *(_spread(m, mean, weight) for m, mean, weight in zip(maps, means, weights, strict=True))]


def _mean(x: Tensor, weight: Tensor | None) -> Tensor:
    """x [N, C, h, w] averaged over places by weight [N, h, w], or all alike -> [N, C]."""
    if weight is None:
        return x.mean((2, 3))
    return (x.flatten(2) @ weight.flatten(1)[..., None])[..., 0]


def _spread(x: Tensor, mean: Tensor, weight: Tensor | None) -> Tensor:
    """Standard deviation over places, x [N, C, h, w] and mean [N, C] -> [N, C]; EPS keeps its gradient finite."""
    return (_mean((x - mean[..., None, None]) ** 2, weight) + EPS).sqrt()


def _over_channels(x: Tensor, weight: Tensor) -> Tensor:
    """x [N, C, h, w] summed over channels by weight [N or 1, C] -> [N, h, w]."""
    return (weight[:, None] @ x.flatten(2)).view(x.shape[0], *x.shape[2:])


def _tap_widths(backbone: nn.Module, taps: Sequence[int]) -> tuple[int, ...]:
    channels = [info["num_chs"] for info in cast(list[dict[str, int]], backbone.feature_info)]
    return (*(channels[t] for t in taps), cast(int, backbone.num_features))
