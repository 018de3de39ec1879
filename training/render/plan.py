"""Which listings there are and how each photo is taken, before anything is rendered.

A listing's circumstances (number of photos, shots, poses, places, cameras, phone, seller, the item's ordinary
tolerances) are drawn from its seed and index alone; the label and the maker come from a list that is shuffled by
itself. So only the item differs between the classes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from training.render.camera.phone import Exposure, Phone, draw_exposure, draw_phone
from training.render.camera.view import POSE_SHARES, POSES, Shot, View, draw_view
from training.render.config import SPLITS, RenderConfig, SplitConfig
from training.render.product.item import Item, draw_genuine_item
from training.render.product.makers import MAKERS, Maker, make_counterfeit

Label = Literal["genuine", "counterfeit"]

PHOTO_COUNTS = (2, 3, 4, 5)
PHOTO_COUNT_SHARES = (0.58, 0.28, 0.10, 0.04)  # 2.6 photos a listing
_CLOSE_UP_SHARES = {
    Shot.WORD_MARK: 0.23,
    Shot.GRILLE: 0.22,
    Shot.RATING_LABEL: 0.22,
    Shot.DETAIL: 0.25,
    Shot.WHOLE: 0.08,
}
_SAME_POSE = 0.85
_SAME_PLACE = 0.88
_LISTINGS_A_SELLER = 2.5

# One stream of random numbers for each thing, so that drawing more of one never changes another.
_CIRCUMSTANCES, _ITEM, _MAKER, _SLOTS, _SELLERS = range(5)


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoPlan:
    """One photo to take: `number` counts from 1 in its listing."""

    number: int
    view: View
    place_seed: int
    cable_seed: int
    exposure: Exposure
    render_seed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """All that a listing's photos share or vary in, whatever the item is."""

    phone: Phone
    photos: tuple[PhotoPlan, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingPlan:
    """One offer of one dryer; `maker` is None for the genuine."""

    listing: str
    seller: str
    split: str
    maker: str | None
    genuine_item: Item  # the same dryer as the genuine line would have made it
    item: Item
    circumstances: Circumstances

    @property
    def label(self) -> Label:
        """The listing's label."""
        return "genuine" if self.maker is None else "counterfeit"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Slot:
    split: str
    maker: str | None


def plan_listings(config: RenderConfig) -> tuple[ListingPlan, ...]:
    """Give every listing of the data set, in the manifest's order."""
    slots = _shuffled_slots(config)
    sellers = _assign_sellers([slot.split for slot in slots], np.random.default_rng([config.seed, 0, _SELLERS]))
    return tuple(_plan_listing(config.seed, index, slot, sellers[index]) for index, slot in enumerate(slots))


def draw_circumstances(seed: int, index: int) -> Circumstances:
    """Draw how the listing with this index is photographed."""
    rng = np.random.default_rng([seed, index, _CIRCUMSTANCES])
    phone = draw_phone(rng)
    count = int(rng.choice(PHOTO_COUNTS, p=PHOTO_COUNT_SHARES))
    shots = _draw_shots(count, rng)
    pose_index = int(rng.choice(len(POSES), p=POSE_SHARES))
    usual_place, other_place = (int(seed) for seed in rng.integers(1 << 31, size=2))
    photos = []
    for number, shot in enumerate(shots, start=1):
        keeps_pose, keeps_place = rng.random() < _SAME_POSE, rng.random() < _SAME_PLACE
        pose = POSES[pose_index if keeps_pose or number == 1 else 1 - pose_index]
        photos.append(
            PhotoPlan(
                number=number,
                view=draw_view(shot, pose, rng),
                place_seed=usual_place if keeps_place or number == 1 else other_place,
                cable_seed=int(rng.integers(1 << 31)),
                exposure=draw_exposure(rng),
                render_seed=int(rng.integers(1 << 31)),
            )
        )
    return Circumstances(phone=phone, photos=tuple(photos))


def _draw_shots(count: int, rng: np.random.Generator) -> list[Shot]:
    """Give the whole product first, as sellers do, then different close-ups; rarely the whole from elsewhere again."""
    shares = np.array(list(_CLOSE_UP_SHARES.values()))
    order = rng.choice(len(shares), size=count - 1, replace=False, p=shares)
    return [Shot.WHOLE, *(list(_CLOSE_UP_SHARES)[index] for index in order)]


def _plan_listing(seed: int, index: int, slot: _Slot, seller: str) -> ListingPlan:
    genuine_item = draw_genuine_item(np.random.default_rng([seed, index, _ITEM]))
    return ListingPlan(
        listing=f"hd-{index + 1:05d}",
        seller=seller,
        split=slot.split,
        maker=slot.maker,
        genuine_item=genuine_item,
        item=_made_by(slot.maker, genuine_item, np.random.default_rng([seed, index, _MAKER])),
        circumstances=draw_circumstances(seed, index),
    )


def _made_by(maker: str | None, genuine_item: Item, rng: np.random.Generator) -> Item:
    if maker is None:
        return genuine_item
    found: Maker = MAKERS[maker]
    return make_counterfeit(found, genuine_item, rng)


def _shuffled_slots(config: RenderConfig) -> list[_Slot]:
    slots = [slot for name, split in config.splits.named().items() for slot in _slots_of(name, split)]
    order = np.random.default_rng([config.seed, 0, _SLOTS]).permutation(len(slots))
    return [slots[index] for index in order]


def _slots_of(name: str, split: SplitConfig) -> list[_Slot]:
    genuine = [_Slot(split=name, maker=None)] * split.genuine
    return genuine + [
        _Slot(split=name, maker=maker) for maker, count in split.counterfeit.items() for _ in range(count)
    ]


def _assign_sellers(splits: Sequence[str], rng: np.random.Generator) -> list[str]:
    """Give each listing a seller of its own split; a seller offers genuine and counterfeit goods alike."""
    counts = [max(1, round(splits.count(split) / _LISTINGS_A_SELLER)) for split in SPLITS]
    numbers = iter((rng.permutation(sum(counts)) + 1).tolist())
    names = {
        split: [f"seller-{next(numbers):04d}" for _ in range(count)]
        for split, count in zip(SPLITS, counts, strict=True)
    }
    return [names[split][rng.integers(len(names[split]))] for split in splits]
