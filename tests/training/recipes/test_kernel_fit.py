from dataclasses import replace
from typing import cast

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from tests.training.builders.head_data import head_data_of
from training.errors import RunError
from training.model.heads import KernelHead
from training.recipes import kernel_fit as kernel
from training.recipes.config import KernelConfig
from training.recipes.kernel_fit import fit_kernel_head
from training.statistics.scores import auroc
from vision.errors import ConfigError

NARROW = KernelConfig(width=0.5)


def rings(n: int, seed: int) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Points around the middle are genuine, those further out counterfeit: not linearly separable."""
    rng = np.random.default_rng(seed)
    genuine = np.arange(n) % 2 == 0
    direction = rng.normal(size=(n, 3))
    direction /= np.linalg.norm(direction, axis=1, keepdims=True)
    radius = np.where(genuine, 1.0, 2.0) + rng.normal(0, 0.2, n)
    return (5 + direction * radius[:, None]).astype(np.float32), genuine


def kept(head: KernelHead) -> NDArray[np.float32]:
    """The features that a head keeps of what it was fitted on."""
    return (head.support.float() * head.step * head.scale + head.mean).numpy()


def logits(head: KernelHead, features: NDArray[np.float32]) -> NDArray[np.float64]:
    with torch.inference_mode():
        return head(torch.from_numpy(features)).double().numpy()  # type: ignore[no-any-return]


def test_it_separates_what_no_linear_head_separates() -> None:
    features, genuine = rings(200, seed=0)
    others, truth = rings(200, seed=1)
    head = fit_kernel_head(head_data_of(features, genuine), KernelConfig())
    assert auroc(~truth, -logits(head, others)) > 0.98


def test_a_larger_ridge_follows_a_single_label_less() -> None:
    features, genuine = rings(100, seed=0)
    odd = genuine.copy()
    odd[0] = not odd[0]  # a wrong label
    trust = [
        float(logits(fit_kernel_head(head_data_of(features, odd), KernelConfig(width=0.3, ridge=ridge)), features)[0])
        for ridge in (0.001, 1.0)
    ]
    assert trust[0] < 0 < trust[1], "photo 0 is genuine and called counterfeit"


def test_a_heavier_class_shifts_the_logits() -> None:
    features, genuine = rings(100, seed=0)
    even = logits(fit_kernel_head(head_data_of(features, genuine), KernelConfig(ridge=1)), features)
    tilted = np.where(genuine, 1.8, 0.2)
    assert (
        logits(fit_kernel_head(head_data_of(features, genuine, tilted), KernelConfig(ridge=1)), features).mean()
        > even.mean() + 0.3
    )


def test_the_support_is_kept_in_a_byte_a_feature() -> None:
    features, genuine = rings(100, seed=0)
    head = fit_kernel_head(head_data_of(features, genuine), KernelConfig())
    assert head.support.dtype == torch.int8
    assert np.abs(kept(head) - features).max() < 0.02


def test_a_feature_that_never_changes_does_no_harm() -> None:
    features, genuine = rings(60, seed=0)
    features[:, 0] = 7.0
    head = fit_kernel_head(head_data_of(features, genuine), KernelConfig())
    moved = features.copy()
    moved[:, 0] = 7.5
    np.testing.assert_allclose(logits(head, moved), logits(head, features), atol=1e-3)
    assert logits(head, features).std() > 0.1


def test_more_photos_than_a_kernel_holds_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    features, genuine = rings(60, seed=0)
    monkeypatch.setattr(kernel, "MAX_SUPPORT", 50)
    with pytest.raises(RunError, match=r"60 photos.*at most 50: set model\.head = 'linear'"):
        fit_kernel_head(head_data_of(features, genuine), KernelConfig())


def test_copies_that_memory_cannot_hold_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    features, genuine = rings(60, seed=0)
    monkeypatch.setattr(kernel, "MAX_SUPPORT", 150)
    fit_kernel_head(head_data_of(features, genuine, copies=features[None]), KernelConfig())
    copies = np.stack([features, features])
    with pytest.raises(RunError, match=r"60 photos and 120 changed copies.*fewer kernel\.copies"):
        fit_kernel_head(head_data_of(features, genuine, copies=copies), KernelConfig())


def test_a_photo_looks_like_its_own_product_and_like_nothing_far_from_all() -> None:
    rng = np.random.default_rng(0)
    centres = np.repeat([[0.0, 0.0], [4.0, 0.0]], 40, axis=0)
    features = (centres + rng.normal(0, 0.5, (80, 2))).astype(np.float32)
    data = head_data_of(features, rng.random(80) < 0.5, product=["ball"] * 40 + ["cap"] * 40)
    head = fit_kernel_head(data, KernelConfig(width=0.5))
    asked = torch.tensor([[0.0, 0.0], [4.0, 0.0], [2.0, 30.0]])
    with torch.inference_mode():
        similarity = head.product_logit(asked)
    assert similarity is not None
    np.testing.assert_allclose(similarity.numpy(), [[1, 0], [0, 1], [0, 0]], atol=0.1)


def test_a_feature_that_copies_change_gets_less_weight() -> None:
    features, genuine = rings(200, seed=0)
    leak = np.where(genuine, 1.0, -1.0)[:, None]  # a feature that gives the label away, and that no copy keeps
    photos = np.concatenate([features, leak], 1).astype(np.float32)
    rng = np.random.default_rng(1)
    copies = np.stack([np.concatenate([features, rng.permutation(leak)], 1) for _ in range(2)]).astype(np.float32)
    others, truth = rings(200, seed=2)
    unseen = np.concatenate([others, rng.permutation(leak)], 1).astype(np.float32)
    alone = fit_kernel_head(head_data_of(photos, genuine), KernelConfig())
    with_copies = fit_kernel_head(head_data_of(photos, genuine, copies=copies), KernelConfig())
    assert auroc(~truth, -logits(alone, unseen)) < 0.8 < 0.95 < auroc(~truth, -logits(with_copies, unseen))
    assert len(with_copies.support) == len(alone.support) == 200, "copies are no support vectors"


def test_with_steadiness_a_photo_and_its_copy_get_logits_closer_to_each_other() -> None:
    features, genuine = rings(200, seed=0)
    rng = np.random.default_rng(1)

    def with_light(rows: NDArray[np.float32]) -> NDArray[np.float32]:
        """The rows beside three features that say nothing, and that every copy draws anew."""
        return np.concatenate([rows, rng.normal(0, rows.std(), (len(rows), 3))], 1).astype(np.float32)

    data = head_data_of(with_light(features), genuine, copies=np.stack([with_light(features)]))
    others, truth = rings(200, seed=2)
    first, second = with_light(others), with_light(others)
    moved, ranked = [], []
    for steadiness in (None, 30.0):
        head = fit_kernel_head(data, KernelConfig(copies=("jpeg_50",), steadiness=steadiness))
        moved.append(np.std(logits(head, first) - logits(head, second)) / np.std(logits(head, first)))
        ranked.append(auroc(~truth, -logits(head, first)))
    assert moved[1] < 0.6 * moved[0]
    assert ranked[1] > ranked[0]


def test_steadiness_without_copies_changes_nothing_and_is_refused() -> None:
    features, genuine = rings(50, seed=0)
    with pytest.raises(ConfigError, match="steadiness needs copies"):
        KernelConfig(steadiness=10)
    head = fit_kernel_head(head_data_of(features, genuine), KernelConfig(copies=("jpeg_50",), steadiness=10))
    np.testing.assert_array_equal(head.scale, fit_kernel_head(head_data_of(features, genuine), KernelConfig()).scale)


def test_copies_that_change_nothing_are_the_photos_counted_twice() -> None:
    features, genuine = rings(100, seed=0)
    asked, _ = rings(50, seed=1)
    weights = np.where(genuine, 1.5, 0.5)
    twice = fit_kernel_head(head_data_of(features, genuine, 2 * weights), KernelConfig(ridge=0.1))
    data = head_data_of(features, genuine, weights, copies=kept(twice)[None])
    np.testing.assert_allclose(
        logits(fit_kernel_head(data, KernelConfig(ridge=0.1)), asked), logits(twice, asked), atol=2e-3
    )


def test_copies_are_fitted_to_products_too() -> None:
    rng = np.random.default_rng(0)
    features = np.repeat([[0.0, 0.0], [4.0, 0.0]], 40, axis=0) + rng.normal(0, 0.5, (80, 2))
    moved = features + np.array([0.0, 1.25])
    names = ["ball"] * 40 + ["cap"] * 40
    genuine = rng.random(80) < 0.5
    asked = torch.tensor([[0.0, 1.5]])
    similarity = []
    for copies in (None, moved[None].astype(np.float32)):
        head = fit_kernel_head(head_data_of(features.astype(np.float32), genuine, product=names, copies=copies), NARROW)
        with torch.inference_mode():
            similarity.append(cast(torch.Tensor, head.product_logit(asked))[0, 0].item())
    assert similarity[0] < 0.3 < 0.6 < similarity[1]


@pytest.mark.parametrize(("key", "value"), [("width", 0.2), ("ridge", 0.0), ("steadiness", -1.0)])
def test_settings_out_of_range_are_refused(key: str, value: float) -> None:
    with pytest.raises(ConfigError, match=f"{key} is {value}"):
        replace(KernelConfig(), **{key: value})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("copies", "message"),
    [(("jpeg_5",), r"copies names 'jpeg_5'; it takes mirrored, varied_1"), (("crop", "crop"), "names 'crop' twice")],
)
def test_unknown_and_repeated_copies_are_refused(copies: tuple[str, ...], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        KernelConfig(copies=copies)
