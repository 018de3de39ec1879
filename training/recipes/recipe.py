"""The two ways to a trained network, behind one shape: fit on some rows, then judge others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol, cast

import numpy as np
import torch
from numpy.typing import NDArray
from rich.console import Console

from training.data.manifest import Manifest
from training.errors import RunError
from training.finetune.loop import finetune
from training.model.ensemble import AnyNetwork, BlendedNetwork
from training.model.heads import LinearHead
from training.model.network import Network, build_network
from training.model.novelty import Novelty, fit_novelty, fit_novelty_head
from training.model.onnx_inference import Session, exported_session, judge_photos
from training.model.outputs import PhotoOutputs
from training.model.weights import start_from
from training.pipeline.config import TrainConfig
from training.progress import photo_progress
from training.recipes.feature_cache import FeatureCache, open_feature_cache
from training.recipes.head_data import Lesson, make_lesson
from training.recipes.kernel_fit import KernelConfig, fit_kernel_head, require_room
from training.recipes.linear_fit import fit_head
from training.recipes.photo_variants import AS_IT_IS, COPIES, MIRRORED, Variant


class Recipe(Protocol):
    """What training does with a manifest's rows; row numbers index `manifest.rows`."""

    def fit(self, fit: Sequence[int], stop: Sequence[int], folder: Path) -> AnyNetwork:
        """A network trained on `fit`, stopped by `stop`; resumes from `folder` after a kill."""

    def judge(self, network: AnyNetwork, rows: Sequence[int]) -> PhotoOutputs:
        """What the network says of each row's photo."""

    def forget(self) -> None:
        """Drop what only fitting and judging need: a run of many folds keeps a recipe for each."""


@dataclass(slots=True, kw_only=True)
class FrozenRecipe:
    """A head on cached features. It has no epochs, so its stop share is fitted as well."""

    manifest: Manifest
    config: TrainConfig
    console: Console
    features: dict[str, NDArray[np.float32]] = field(default_factory=dict)

    def fit(self, fit: Sequence[int], stop: Sequence[int], folder: Path) -> Network:
        """See Recipe; nothing is written to `folder`, since fitting takes seconds."""
        if self.config.model.head == "kernel":
            _require_room((*fit, *stop), self.config)
        if not has_counterfeits(self.manifest):
            return self._fit_genuine_only((*fit, *stop))
        if self.config.model.head == "linear":
            network = self.fit_linear((*fit, *stop))
            network.novelty = _novelty_of(network, self._lesson((*fit, *stop)))
            return network
        network = new_network(self.config)
        give_kernel(network, self._lesson((*fit, *stop)), self.config.kernel)
        return network.eval()

    def fit_linear(self, rows: Sequence[int]) -> Network:
        """The network with a linear head, which fine-tuning starts from whatever head ships."""
        lesson = self._lesson(rows)
        head = fit_head(lesson.features, lesson.genuine, lesson.weights, self.config.frozen)
        network = new_network(self.config)
        linear = cast(LinearHead, network.head)
        linear.set_statistics(torch.from_numpy(head.mean), torch.from_numpy(head.scale))
        linear.set_linear(torch.from_numpy(head.weight), head.bias)
        return network.eval()

    def _fit_genuine_only(self, rows: Sequence[int]) -> Network:
        """Novelty alone; a kernel among the settings still tells the product from other goods."""
        lesson = self._lesson(rows)
        network = new_network(self.config)
        likeness = fit_kernel_head(lesson, self.config.kernel) if self.config.model.head == "kernel" else None
        network.head = fit_novelty_head(lesson.features, lesson.listing, network.last_tap_columns, likeness)
        network.novelty = _novelty_of(network, lesson)
        return network.eval()

    def _lesson(self, rows: Sequence[int]) -> Lesson:
        index = np.array(rows, int)
        sides, copies = (
            [self._features(variant)[index] for variant in variants]
            for variants in (_sides(self.config), _copies(self.config))
        )
        return make_lesson(self.manifest, rows, sides, copies)

    def judge(self, network: AnyNetwork, rows: Sequence[int]) -> PhotoOutputs:
        """See Recipe: what comes after the backbone, on cached features."""
        parts = cast(Network, network).eval()
        features = torch.from_numpy(self._features(AS_IT_IS)[np.array(rows, int)])
        with torch.inference_mode():
            product_logit = parts.head.product_logit(features)
            novelty = None if parts.novelty is None else parts.novelty(features)
            return PhotoOutputs(
                logit=_as_float64(parts.head(features)),
                product_logit=None if product_logit is None else _as_float64(product_logit),
                novelty=None if novelty is None else _as_float64(novelty),
            )

    def forget(self) -> None:
        """See Recipe."""
        self.features.clear()

    def _features(self, variant: Variant) -> NDArray[np.float32]:
        if variant.code not in self.features:
            cache = open_feature_cache(
                new_network(self.config), self.config.model.geometry, root=self.config.run.cache, variant=variant
            )
            photos = [row.photo for row in self.manifest.rows]
            self.features[variant.code] = _extract(cache, photos, self.config, self.console)
        return self.features[variant.code]


@dataclass(slots=True, kw_only=True)
class FinetuneRecipe:
    """The whole network, or all behind its frozen stages."""

    manifest: Manifest
    config: TrainConfig
    console: Console
    leads: bool
    exported: tuple[AnyNetwork, Session] | None = None

    def fit(self, fit: Sequence[int], stop: Sequence[int], folder: Path) -> AnyNetwork:
        """See Recipe. Each member has a seed and a folder of its own, the first one the run's."""
        if self.config.model.head == "kernel":
            _require_room(fit, self.config)
        frozen = FrozenRecipe(manifest=self.manifest, config=self.config, console=self.console)
        settings = self.config.finetune
        members = [
            self._fit_member(member, frozen, fit, stop, folder / f"member-{member}" if member else folder)
            for member in range(settings.members)
        ]
        if self.leads and settings.blend and self.config.model.init is None:
            members.insert(0, frozen.fit(fit, (), folder))
        return members[0] if len(members) == 1 else BlendedNetwork(members).eval()

    def _fit_member(
        self, member: int, frozen: FrozenRecipe, fit: Sequence[int], stop: Sequence[int], folder: Path
    ) -> Network:
        """One network; its head starts from the frozen recipe's, so that the body's first gradients mean something."""
        network, has_head = _new_network(self.config)
        if self.leads and not has_head:  # the other processes take the leader's weights
            network = frozen.fit_linear(fit)
            cast(LinearHead, network.head).shrink(self.config.finetune.head_start)
        result = finetune(
            network,
            self.manifest,
            fit=fit,
            stop=stop,
            geometry=self.config.model.geometry,
            config=self.config.finetune,
            folder=folder,
            cache_folder=self.config.run.cache,
            seed=self.config.data.seed + member,
            origin={"model": repr(replace(self.config.model, head="linear")), "frozen": repr(self.config.frozen)},
        )
        if self.leads and self.config.model.head == "kernel":
            give_kernel(result.network, self._lesson(result.network, fit, folder), self.config.kernel)
        return result.network

    def _lesson(self, network: Network, rows: Sequence[int], folder: Path) -> Lesson:
        """The fine-tuned features of the rows; they lie in `folder`, since no other run has this network."""
        photos = [self.manifest.rows[row].photo for row in rows]

        def features(variant: Variant) -> NDArray[np.float32]:
            cache = open_feature_cache(network, self.config.model.geometry, root=folder, variant=variant)
            return _extract(cache, photos, self.config, self.console)

        sides, copies = (
            [features(variant) for variant in variants] for variants in (_sides(self.config), _copies(self.config))
        )
        return make_lesson(self.manifest, rows, sides, copies)

    def judge(self, network: AnyNetwork, rows: Sequence[int]) -> PhotoOutputs:
        """See Recipe: through the exported graph, as served."""
        geometry = self.config.model.geometry
        if self.exported is None or self.exported[0] is not network:
            self.exported = (network, exported_session(network, geometry.size_px))
        photos = [self.manifest.rows[r].photo for r in rows]
        with photo_progress("held-out photos", len(photos), self.console) as advance:
            return judge_photos(self.exported[1], photos, geometry, threads=self.config.threads, advance=advance)

    def forget(self) -> None:
        """See Recipe."""
        self.exported = None


def make_recipe(manifest: Manifest, config: TrainConfig, console: Console, *, leads: bool = True) -> Recipe:
    """The recipe that `model.recipe` names; `leads` is false for every torchrun process but the main one."""
    if config.model.recipe == "finetune" and not has_counterfeits(manifest):
        raise RunError(
            "every label is genuine, and fine-tuning learns from the difference between two: set "
            "model.recipe = 'frozen', which learns what genuine photos have in common"
        )
    if config.model.recipe == "frozen":
        return FrozenRecipe(manifest=manifest, config=config, console=console)
    return FinetuneRecipe(manifest=manifest, config=config, console=console, leads=leads)


def has_counterfeits(manifest: Manifest) -> bool:
    """Whether there is anything to tell genuine items from."""
    return any(row.label == "counterfeit" for row in manifest.rows)


def new_network(config: TrainConfig) -> Network:
    """The network before training: the backbone's own weights, or those of `model.init`."""
    return _new_network(config)[0]


def _new_network(config: TrainConfig) -> tuple[Network, bool]:
    """The network before training, and whether its head says something already."""
    model = config.model
    torch.manual_seed(config.data.seed)
    pretrained = "none" if model.init else model.pretrained
    network = build_network(model.backbone, pretrained, taps=model.taps)
    has_head = start_from(network, model.init) if model.init else False
    return network.eval(), has_head


def give_kernel(network: Network, lesson: Lesson, config: KernelConfig) -> None:
    """Put a kernel on a network's features, and the novelty of the genuine ones beside it. Raises RunError."""
    network.head = fit_kernel_head(lesson, config)
    network.novelty = _novelty_of(network, lesson)


def _novelty_of(network: Network, lesson: Lesson) -> Novelty | None:
    return fit_novelty(lesson.features[lesson.genuine], network.last_tap_columns)


def _as_float64(values: torch.Tensor) -> NDArray[np.float64]:
    return np.asarray(values.double().numpy())


def _sides(config: TrainConfig) -> tuple[Variant, ...]:
    """Which sides of a photo a head learns from: as it is, and mirrored."""
    return (AS_IT_IS, MIRRORED) if config.frozen.mirror else (AS_IT_IS,)


def _copies(config: TrainConfig) -> tuple[Variant, ...]:
    """Which changed copies of photos teach a head: a kernel's alone."""
    return tuple(COPIES[code] for code in config.kernel.copies) if config.model.head == "kernel" else ()


def _require_room(rows: Sequence[int], config: TrainConfig) -> None:
    """Raise RunError for more rows than a kernel can learn from."""
    require_room(len(rows) * len(_sides(config)), len(rows) * len(_copies(config)))


def _extract(cache: FeatureCache, photos: Sequence[Path], config: TrainConfig, console: Console) -> NDArray[np.float32]:
    with photo_progress("features", len(photos), console) as advance:
        return cache.extract(photos, threads=config.threads, advance=advance)
