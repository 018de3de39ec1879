"""The codes of the audit's findings, and a finding."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

Level = Literal["refuse", "warn"]
FindingCode = Literal[
    "class_missing",
    "genuine_only",
    "listing_two_products",
    "listing_spans_splits",
    "listing_spans_folds",
    "seller_spans_splits",
    "seller_spans_folds",
    "too_few_for_guarantee",
    "too_few_held_out",
    "product_one_label",
    "more_than_12_photos",
    "unlabelled",
    "genuine_with_cue",
    "column_unknown",
    "spelled_two_ways",
    "photo_unreadable",
    "product_mask_unusable",
    "product_mask_unlike_box",
    "same_photo_both_labels",
    "near_duplicates_both_labels",
    "near_duplicates_across_splits",
    "near_duplicates_across_folds",
    "near_duplicates_across_listings",
    "photo_repeated",
    "class_in_one_format",
    "class_in_one_size",
    "shortcut_background",
    "shortcut_colour",
    "shortcut_file_metadata",
    "shortcut_not_measured",
]
FINDING_CODES: tuple[FindingCode, ...] = get_args(FindingCode)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One problem of a manifest.

    `message` says what was found and `advice` what to do. `rows` are indices of the manifest's rows that it is about
    (not file lines), ascending; `groups` are some of them that belong together, to be shown side by side.
    """

    code: FindingCode
    level: Level
    message: str
    advice: str
    rows: tuple[int, ...] = ()
    groups: tuple[tuple[int, ...], ...] = ()
