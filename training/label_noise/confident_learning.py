"""Confident learning: which labels held-out predictions dispute, and an estimate of how many are wrong.

Northcutt, Jiang and Chuang 2021 (arXiv 1911.00068). A listing counts as confidently of a label where its probability
reaches the mean that listings with that label have themselves. Counts of given label against confident label are the
confident joint; off its diagonal lie the disputed listings. Whether the label or the network errs is unknown.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.calibration.thresholds import LISTINGS_PER_CLASS
from training.data.photo_row import Label
from training.statistics.scores import BoolArray, FloatArray, WeightedFigure


@dataclass(frozen=True, slots=True, kw_only=True)
class Disputes:
    """One entry a listing, [N] each.

    `expected` is the mean probability that listings with the other label have for it; `excess` is this listing's
    probability of the other label less that: the larger, the more disputed. `confident` lies off the joint's diagonal.
    """

    expected: FloatArray
    excess: FloatArray
    confident: BoolArray


@dataclass(frozen=True, slots=True, kw_only=True)
class _Group:
    """Listings [N] that share thresholds, and those [N] that the thresholds are the means of."""

    members: BoolArray
    basis: BoolArray


def dispute_labels(genuine: BoolArray, authenticity: FloatArray, product: NDArray[Any]) -> Disputes:
    """Set given labels [N] against out-of-sample authenticities [N], with thresholds per product.

    A product with fewer than 40 listings of a label takes those of all products together. Where one label is missing
    nothing can be disputed: `expected` and `excess` are NaN.
    """
    expected = np.full(len(genuine), np.nan)
    confident = np.zeros(len(genuine), bool)
    one = np.ones((1, len(genuine)))
    for group in _groups(genuine, product):
        at = [float(t[0]) for t in _thresholds(genuine, authenticity, one, group)]
        expected[group.members] = np.where(genuine, at[1], at[0])[group.members]
        counted_genuine, counted_counterfeit = (c[0] for c in _counted(authenticity, np.array(at)[:, None, None]))
        confident |= group.members & np.where(genuine, counted_counterfeit, counted_genuine)
    other = np.where(genuine, 1 - authenticity, authenticity)
    return Disputes(expected=expected, excess=other - expected, confident=confident)


def dispute_order(disputes: Disputes) -> NDArray[np.intp]:
    """The listings, most disputed first: confident ones before the others, each part by its excess."""
    return np.lexsort((-np.nan_to_num(disputes.excess, nan=-2.0), ~disputes.confident))


def wrong_label_share(label: Label, product: NDArray[Any]) -> WeightedFigure:
    """The figure "estimated share of listings given `label` whose label is wrong", of `genuine` and authenticity.

    It is the share off the diagonal among the confident ones, per product, weighted by the product's listings of that
    label; NaN where a product has no confident one. The network's own confident errors count as wrong labels too.
    """

    def share(genuine: BoolArray, authenticity: FloatArray, weight: FloatArray) -> FloatArray:
        given = genuine if label == "genuine" else ~genuine
        wrong, total = np.zeros(len(weight)), np.zeros(len(weight))
        for group in _groups(genuine, product):
            thresholds = np.stack(_thresholds(genuine, authenticity, weight, group))[..., None]  # [2, R, 1]
            as_genuine, as_counterfeit = _counted(authenticity, thresholds)  # [R, N] each
            own, other = (as_genuine, as_counterfeit) if label == "genuine" else (as_counterfeit, as_genuine)
            of_label = weight * (group.members & given)  # [R, N]
            kept, disputed = (of_label * own).sum(1), (of_label * other).sum(1)
            n = of_label.sum(1)
            wrong += n * _divide(disputed, kept + disputed, where=n > 0)
            total += n
        return _divide(wrong, total, where=np.ones(len(weight), bool))

    return share


def _groups(genuine: BoolArray, product: NDArray[Any]) -> list[_Group]:
    """Each product with enough listings by itself, and the others together, under thresholds of all."""
    groups = []
    rest = np.zeros(len(genuine), bool)
    for name in np.unique(product):
        own = product == name
        if min(int((own & genuine).sum()), int((own & ~genuine).sum())) >= LISTINGS_PER_CLASS:
            groups.append(_Group(members=own, basis=own))
        else:
            rest |= own
    if rest.any():
        groups.append(_Group(members=rest, basis=np.ones(len(genuine), bool)))
    return groups


def _thresholds(
    genuine: BoolArray, authenticity: FloatArray, weight: FloatArray, group: _Group
) -> tuple[FloatArray, FloatArray]:
    """Mean probability [R] of its own label that genuine, and that counterfeit listings have."""
    of_genuine, of_counterfeit = weight * (group.basis & genuine), weight * (group.basis & ~genuine)
    always = np.ones(len(weight), bool)
    return (
        _divide(of_genuine @ authenticity, of_genuine.sum(1), where=always),
        _divide(of_counterfeit @ (1 - authenticity), of_counterfeit.sum(1), where=always),
    )


def _counted(authenticity: FloatArray, thresholds: FloatArray) -> tuple[BoolArray, BoolArray]:
    """Who counts as confidently genuine, and as counterfeit [R, N]; beyond both thresholds the likelier label wins."""
    as_genuine, as_counterfeit = authenticity >= thresholds[0], 1 - authenticity >= thresholds[1]  # [R, N]
    both = as_genuine & as_counterfeit
    likelier = authenticity > 0.5
    return as_genuine & ~(both & ~likelier), as_counterfeit & ~(both & likelier)


def _divide(above: FloatArray, below: FloatArray, *, where: BoolArray) -> FloatArray:
    """NaN where it is undefined, and 0 where `where` is false: a group that a bootstrap round did not draw."""
    result = np.where(where, np.nan, 0.0)
    np.divide(above, below, out=result, where=where & (below > 0))
    return result
