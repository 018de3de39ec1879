"""Checks of the table alone, fast enough to run before every training."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence

from training.audit.finding import Finding, FindingCode
from training.audit.guarantee_checks import CalibrationPlan, check_guarantees, default_plan
from training.data.columns import COLUMNS
from training.data.manifest import Manifest, mixed_product_listings
from training.data.photo_row import PhotoRow
from training.data.spelling import names_alike, show_spelling
from vision.check_shape import MAX_PHOTOS
from vision.counting import counted
from vision.tables.problems import nearest


def check_table(
    manifest: Manifest, *, alpha: float = 0.05, beta: float = 0.05, plan: CalibrationPlan | None = None
) -> Iterator[Finding]:
    """Every problem of the rows themselves; `alpha` and `beta` are the error rates to be guaranteed.

    `plan` is how a run calibrates; by default as the default settings do.
    """
    yield from _class_missing(manifest)
    yield from _mixed_products(manifest)
    yield from _listing_spans(manifest, "listing_spans_splits", "split", lambda row: row.split)
    yield from _listing_spans(manifest, "listing_spans_folds", "fold", lambda row: row.fold)
    yield from _seller_spans(manifest, "seller_spans_splits", "split", lambda row: row.split)
    yield from _seller_spans(manifest, "seller_spans_folds", "fold", lambda row: row.fold)
    plan = plan or default_plan(manifest)
    if plan is not None:
        yield from check_guarantees(manifest, {"genuine": alpha, "counterfeit": beta}, plan)
    yield from _one_label_products(manifest)
    yield from _many_photos(manifest)
    yield from _unlabelled(manifest)
    yield from _genuine_with_cue(manifest)
    yield from _nearly_known_columns(manifest)
    yield from _spelled_two_ways(manifest, "product", lambda row: row.product)
    yield from _spelled_two_ways(manifest, "seller", lambda row: row.seller)
    yield from _spelled_two_ways(manifest, "listing", lambda row: row.listing, ignore_case=False)


def _class_missing(manifest: Manifest) -> Iterator[Finding]:
    present = {row.label for row in manifest.rows}
    if "genuine" not in present:
        yield Finding(
            code="class_missing",
            level="refuse",
            message="no photo is labelled genuine",
            advice="add genuine listings" + (", or loosen the filters" if manifest.not_read.rows else ""),
        )
    elif "counterfeit" not in present:
        yield Finding(
            code="genuine_only",
            level="warn",
            message="no photo is labelled counterfeit: only novelty can be learnt, and no outcome is ever genuine",
            advice="add counterfeit listings where there are any"
            + (", or loosen the filters" if manifest.not_read.rows else ""),
        )


def _mixed_products(manifest: Manifest) -> Iterator[Finding]:
    names = mixed_product_listings(manifest)
    if names:
        groups = tuple(manifest.listings[name] for name in names)
        yield Finding(
            code="listing_two_products",
            level="refuse",
            message=f"{counted(len(names), 'listing')} with two products: {_some(names)}",
            advice="split each into one listing a product, or drop them (--drop-mixed-listings; in a config "
            "data.drop_mixed_listings = true)",
            rows=_rows(groups),
            groups=groups,
        )


def _listing_spans(
    manifest: Manifest, code: FindingCode, column: str, value: Callable[[PhotoRow], object]
) -> Iterator[Finding]:
    names = [name for name, rows in manifest.listings.items() if len({value(manifest.rows[row]) for row in rows}) > 1]
    if names:
        groups = tuple(manifest.listings[name] for name in names)
        yield Finding(
            code=code,
            level="refuse",
            message=f"{counted(len(names), 'listing')} with photos in two {column}s: {_some(names)}",
            advice=f"give all photos of a listing one {column}, else the test set holds items of the training set",
            rows=_rows(groups),
            groups=groups,
        )


def _seller_spans(
    manifest: Manifest, code: FindingCode, column: str, value: Callable[[PhotoRow], object]
) -> Iterator[Finding]:
    of_seller: dict[str, list[int]] = defaultdict(list)
    for index, row in enumerate(manifest.rows):
        if row.seller is not None and value(row) is not None:
            of_seller[row.seller].append(index)
    names = [name for name, rows in of_seller.items() if len({value(manifest.rows[row]) for row in rows}) > 1]
    if names:
        yield Finding(
            code=code,
            level="warn",
            message=f"{counted(len(names), 'seller')} with listings in two {column}s: {_some(names)}",
            advice=f"give all listings of a seller one {column}, else a seller's backdrop may count as recognition",
            rows=_rows([tuple(of_seller[name]) for name in names]),
        )


def _one_label_products(manifest: Manifest) -> Iterator[Finding]:
    labels: dict[str, set[str]] = defaultdict(set)
    for row in manifest.rows:
        if row.label is not None:
            labels[row.product].add(row.label)
    names = sorted(name for name, found in labels.items() if len(found) == 1)
    if names and len(labels) > 1:
        yield Finding(
            code="product_one_label",
            level="warn",
            message=f"{counted(len(names), 'product')} with one label only: {_some(names)}",
            advice="add the other class or leave the product out: recognising the product would give the label away",
            rows=tuple(index for index, row in enumerate(manifest.rows) if row.product in names),
        )


def _many_photos(manifest: Manifest) -> Iterator[Finding]:
    names = [name for name, rows in manifest.listings.items() if len(rows) > MAX_PHOTOS]
    if names:
        yield Finding(
            code="more_than_12_photos",
            level="warn",
            message=f"{counted(len(names), 'listing')} with more than {MAX_PHOTOS} photos: {_some(names)}",
            advice=f"put the informative photos first: only the first {MAX_PHOTOS} count in verdicts",
            rows=_rows([manifest.listings[name][MAX_PHOTOS:] for name in names]),
        )


def _unlabelled(manifest: Manifest) -> Iterator[Finding]:
    rows = tuple(index for index, row in enumerate(manifest.rows) if row.label is None)
    if rows:
        yield Finding(
            code="unlabelled",
            level="warn",
            message=f"{counted(len(rows), 'photo')} without a label",
            advice="label them, or accept that neither train nor evaluate uses them",
            rows=rows,
        )


def _genuine_with_cue(manifest: Manifest) -> Iterator[Finding]:
    rows = tuple(index for index, row in enumerate(manifest.rows) if row.label == "genuine" and row.cues)
    if rows:
        yield Finding(
            code="genuine_with_cue",
            level="warn",
            message=f"{counted(len(rows), 'genuine photo')} with a cue, the detail that gives a counterfeit away",
            advice="correct the label or empty the cue",
            rows=rows,
            groups=tuple((row,) for row in rows),
        )


def _nearly_known_columns(manifest: Manifest) -> Iterator[Finding]:
    unknown = manifest.rows[0].extra if manifest.rows else {}
    for name in unknown:
        like = nearest(name, COLUMNS, cutoff=0.8)
        if like is not None:
            yield Finding(
                code="column_unknown",
                level="warn",
                message=f"column '{name}' is not '{like}' and is ignored",
                advice=f"rename it to '{like}' if that is what it holds",
            )


def _spelled_two_ways(
    manifest: Manifest, column: str, value: Callable[[PhotoRow], str | None], *, ignore_case: bool = True
) -> Iterator[Finding]:
    """Names that look the same; listings that differ in case are not reported, since ids of shops may."""
    names = {name for row in manifest.rows if (name := value(row)) is not None}
    groups = names_alike(names, ignore_case=ignore_case)
    if groups:
        shown = [" and ".join(show_spelling(name) for name in group) for group in groups]
        alike = {name for group in groups for name in group}
        yield Finding(
            code="spelled_two_ways",
            level="warn",
            message=f"{counted(len(groups), column)} spelled in more than one way: {_some(shown)}",
            advice=f"write each {column} in one way if they are the same: now they count as different",
            rows=tuple(index for index, row in enumerate(manifest.rows) if value(row) in alike),
        )


def _rows(groups: Iterable[tuple[int, ...]]) -> tuple[int, ...]:
    return tuple(sorted({row for group in groups for row in group}))


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
