"""Checks that need every photo read: files, copies, and one class in one format or size."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from training.audit.finding import Finding, FindingCode, Level
from training.audit.photo_facts import PhotoFacts, UnreadablePhoto
from training.data.manifest import Manifest
from training.data.near_duplicates import clusters_of_pairs, near_pairs
from training.data.photo_row import PhotoRow
from training.data.product_mask import box_iou
from vision.counting import counted

Facts = Sequence[PhotoFacts | UnreadablePhoto]
# Shares of a format or size that differ this much between the classes decide the label alone, or nearly.
_REFUSED_GAP, _WARNED_GAP = 0.9, 0.3
_MIN_IOU = 0.5  # of a box with the box around the mask; people draw both within 0.8 of each other


def check_photos(manifest: Manifest, facts: Facts) -> Iterator[Finding]:
    """Every problem of the photos themselves; `facts` run parallel to `manifest.rows`."""
    yield from _unreadable(manifest, facts)
    yield from _unusable_masks(facts)
    yield from _masks_unlike_boxes(manifest, facts)
    yield from _copies(manifest, facts)
    yield from _class_in_one(manifest, facts, "class_in_one_format", "format", lambda photo: photo.metadata.format)
    yield from _class_in_one(manifest, facts, "class_in_one_size", "size", _size)


def _unreadable(manifest: Manifest, facts: Facts) -> Iterator[Finding]:
    bad = [(index, entry) for index, entry in enumerate(facts) if isinstance(entry, UnreadablePhoto)]
    if bad:
        index, entry = bad[0]
        photos = "1 photo that can't" if len(bad) == 1 else f"{len(bad)} photos that can't"
        first = f"row {manifest.rows[index].row}, {manifest.rows[index].photo.name}"
        yield Finding(
            code="photo_unreadable",
            level="refuse",
            message=f"{photos} be read; {first}: {entry.message.removesuffix('.')} [{entry.code}]",
            advice="replace these files or leave their rows out",
            rows=tuple(index for index, _ in bad),
        )


def _unusable_masks(facts: Facts) -> Iterator[Finding]:
    bad = [
        (index, entry.mask_problem)
        for index, entry in enumerate(facts)
        if isinstance(entry, PhotoFacts) and entry.mask_problem is not None
    ]
    if bad:
        _, problem = bad[0]
        masks = "1 product mask that can't" if len(bad) == 1 else f"{len(bad)} product masks that can't"
        yield Finding(
            code="product_mask_unusable",
            level="refuse",
            message=f"{masks} be used; {problem.removesuffix('.')}",
            advice="correct these masks or empty their cells",
            rows=tuple(index for index, _ in bad),
        )


def _masks_unlike_boxes(manifest: Manifest, facts: Facts) -> Iterator[Finding]:
    unlike = tuple(
        index
        for index, (row, entry) in enumerate(zip(manifest.rows, facts, strict=True))
        if isinstance(entry, PhotoFacts)
        and entry.mask_box is not None
        and row.box is not None
        and box_iou(entry.mask_box, row.box) < _MIN_IOU
    )
    if unlike:
        first = manifest.rows[unlike[0]]
        yield Finding(
            code="product_mask_unlike_box",
            level="warn",
            message=f"{counted(len(unlike), 'photo')} with a product mask and a box in different places (row "
            f"{first.row}, {first.photo.name})",
            advice="check which is right: one may be another photo's, or the mask not upright",
            rows=unlike,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Copy:
    """Two rows, `first` < `second`, that show one photo; `same_bytes` when the files are equal."""

    first: int
    second: int
    same_bytes: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _CopyCheck:
    """A way in which two copies must not differ."""

    code: FindingCode
    level: Level
    applies: Callable[[PhotoRow, PhotoRow, bool], bool]
    message: str
    advice: str


def _copies(manifest: Manifest, facts: Facts) -> Iterator[Finding]:
    copies = tuple(_find_copies(facts))
    for check in _COPY_CHECKS:
        hit = [
            copy
            for copy in copies
            if check.applies(manifest.rows[copy.first], manifest.rows[copy.second], copy.same_bytes)
        ]
        if hit:
            groups = clusters_of_pairs((copy.first, copy.second) for copy in hit)
            rows = tuple(sorted(row for group in groups for row in group))
            yield Finding(
                code=check.code,
                level=check.level,
                message=check.message.format(photos=len(rows), groups=len(groups)),
                advice=check.advice,
                rows=rows,
                groups=groups,
            )


def _find_copies(facts: Facts) -> Iterator[_Copy]:
    """Equal files as pairs with the first of them, and near-duplicates as pairs of such firsts.

    Where two groups of equal files are near and differ in a label, listing or split, one of these pairs differs too.
    """
    first_with: dict[str, int] = {}
    for index, entry in enumerate(facts):
        if isinstance(entry, PhotoFacts):
            first = first_with.setdefault(entry.sha256, index)
            if first != index:
                yield _Copy(first=first, second=index, same_bytes=True)
    firsts = sorted(first_with.values())
    hashes = [entry.hash for index in firsts if isinstance(entry := facts[index], PhotoFacts)]
    for pair in near_pairs(hashes):
        yield _Copy(first=firsts[pair.first], second=firsts[pair.second], same_bytes=False)


def _labels_differ(left: PhotoRow, right: PhotoRow) -> bool:
    return left.label is not None and right.label is not None and left.label != right.label


_COPY_CHECKS = (
    _CopyCheck(
        code="same_photo_both_labels",
        level="refuse",
        applies=lambda left, right, same_bytes: same_bytes and _labels_differ(left, right),
        message="{photos} photos are files that occur as genuine and as counterfeit ({groups} different)",
        advice="find out which label is right and correct or drop the other row",
    ),
    _CopyCheck(
        code="near_duplicates_both_labels",
        level="warn",
        applies=lambda left, right, same_bytes: not same_bytes and _labels_differ(left, right),
        message="{photos} photos have a near-duplicate with the other label ({groups} groups)",
        advice="compare them in the report; drop or correct wrong labels and counterfeit listings with a stolen photo",
    ),
    _CopyCheck(
        code="near_duplicates_across_splits",
        level="refuse",
        applies=lambda left, right, _: left.split is not None and right.split is not None and left.split != right.split,
        message="{photos} photos have a copy in another split ({groups} groups): figures would be too optimistic",
        advice="give copies one listing and one split, or drop all but one",
    ),
    _CopyCheck(
        code="near_duplicates_across_folds",
        level="refuse",
        applies=lambda left, right, _: left.fold is not None and right.fold is not None and left.fold != right.fold,
        message="{photos} photos have a copy in another fold ({groups} groups): figures would be too optimistic",
        advice="give copies one listing and one fold, or drop all but one",
    ),
    _CopyCheck(
        code="near_duplicates_across_listings",
        level="warn",
        applies=lambda left, right, _: left.listing != right.listing and not _labels_differ(left, right),
        message="{photos} photos have a copy in another listing ({groups} groups): a split may part them",
        advice="give these listings one id or one seller, or drop all but one copy",
    ),
    _CopyCheck(
        code="photo_repeated",
        level="warn",
        applies=lambda left, right, same_bytes: same_bytes and left.listing == right.listing,
        message="{photos} photos occur more than once in one listing ({groups} different)",
        advice="drop the repetitions: a verdict counts a file once",
    ),
)


def _size(photo: PhotoFacts) -> str:
    return f"{photo.metadata.width_px} × {photo.metadata.height_px}"


def _class_in_one(
    manifest: Manifest, facts: Facts, code: FindingCode, trait: str, value: Callable[[PhotoFacts], str]
) -> Iterator[Finding]:
    values = {index: value(entry) for index, entry in enumerate(facts) if isinstance(entry, PhotoFacts)}
    genuine = _shares(values[index] for index in values if manifest.rows[index].label == "genuine")
    counterfeit = _shares(values[index] for index in values if manifest.rows[index].label == "counterfeit")
    if not genuine or not counterfeit:
        return
    gaps = {name: abs(genuine.get(name, 0.0) - counterfeit.get(name, 0.0)) for name in {*genuine, *counterfeit}}
    name = max(sorted(gaps), key=lambda known: gaps[known])
    if gaps[name] >= _WARNED_GAP:
        yield Finding(
            code=code,
            level="refuse" if gaps[name] >= _REFUSED_GAP else "warn",
            message=f"{_percent(genuine, name)} of genuine and {_percent(counterfeit, name)} of counterfeit photos "
            f"have the {trait} {name}: the file gives the label away",
            advice=f"save both classes in the same mix of {trait}s, from equally good originals",
        )


def _percent(shares: Mapping[str, float], name: str) -> str:
    return f"{100 * shares.get(name, 0.0):.0f} %"


def _shares(values: Iterable[str]) -> dict[str, float]:
    counts = Counter(values)
    return {name: count / counts.total() for name, count in counts.items()}
