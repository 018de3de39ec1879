"""The section of a check: its verdict, by which bundle and thresholds, its photos, and its reviews."""

from __future__ import annotations

import asyncio
import json

from serving.deployments.slots import LoadedBundle, LoadedBundles
from serving.errors import CheckNotFound, EvidenceNotFound, PhotoNotFound
from serving.evidence.contents.photos import PhotoParts, PhotoWork, photo_blocks
from serving.evidence.contents.sections import Block, Facts, Gathering, Grid, Section, Text
from serving.evidence.contents.sources import Sources
from serving.evidence.contents.test_buys import add_buys
from serving.principal import Principal
from serving.schemas.checks import CheckRecord, PhotoAnswer, Review
from vision.bundle.metadata import ErrorBound, Thresholds
from vision.errors import TouchstoneError


async def add_check(
    gathering: Gathering, sources: Sources, principal: Principal, check_id: str, *, number: int
) -> CheckRecord:
    """Add a check as the `number`-th of the file; raises CheckNotFound."""
    record = await sources.store.check_rows.find(principal, check_id)
    folder = f"checks/{number:03d}"
    photos: list[dict[str, object]] = []
    blocks: list[Block] = [_facts(record), *_thresholds(record, sources.bundles()), _reasons(record)]
    made = await asyncio.gather(
        *(
            _photo(gathering, sources, principal, record, answer, f"{folder}/photo-{answer.index:02d}")
            for answer in record.photos
        )
    )
    for answer, parts in zip(record.photos, made, strict=True):
        if isinstance(parts, str):
            blocks.append(Text(text=f"Photo {answer.index + 1}: {parts}", style="small"))
            photos.append({"index": answer.index, "left_out": parts})
        else:
            blocks += photo_blocks(parts)
            photos.append(_photo_json(answer, parts))
    blocks += await add_buys(gathering, sources, principal, check_id, folder)
    blocks += _reviews(record.reviews, record.withdrawn_reviews)
    gathering.sections.append(Section(title=f"Check {record.check_id}", blocks=tuple(blocks)))
    gathering.objects.append(("check", record.check_id))
    gathering.write_json(f"{folder}/check.json", json.loads(record.model_dump_json()))
    gathering.write_json(f"{folder}/photos.json", json.loads(json.dumps(photos)))
    return record


async def add_checks(
    gathering: Gathering, sources: Sources, principal: Principal, check_ids: list[str], *, max_checks: int
) -> None:
    """Add checks with their photos, and a section that names those that are left out, and why."""
    left_out: list[tuple[str, str]] = [
        (check_id, f"only {max_checks} checks have their photos in one file; export it by itself")
        for check_id in check_ids[max_checks:]
    ]
    for number, check_id in enumerate(check_ids[:max_checks], start=1):
        try:
            await add_check(gathering, sources, principal, check_id, number=number)
        except CheckNotFound:
            left_out.append((check_id, "it was deleted since, or is not yours to see"))
    if left_out:
        grid = Grid(header=("Check", "Why it is left out"), rows=tuple(left_out), widths=(0.4, 0.6))
        gathering.sections.append(Section(title="Checks that are left out", blocks=(grid,)))


async def _photo(
    gathering: Gathering, sources: Sources, principal: Principal, record: CheckRecord, answer: PhotoAnswer, prefix: str
) -> PhotoParts | str:
    """Write the parts of a photo; gives why there are none where it cannot be shown."""
    if answer.error is not None:
        return f"it could not be judged ({answer.error.message}), and its bytes were not kept; SHA-256 {answer.sha256}"
    try:
        stored = await sources.store.find_photo(principal, record.check_id, answer.index)
        work = PhotoWork(
            gathering=gathering,
            prefix=prefix,
            answer=answer,
            product=record.product,
            evidence=stored.evidence,
            references=sources.bundles().bank_of(record.product),
            limits=sources.limits,
        )
        return await sources.draw(stored.sha256, work.make)
    except (PhotoNotFound, EvidenceNotFound) as error:
        return error.message


def _photo_json(answer: PhotoAnswer, parts: PhotoParts) -> dict[str, object]:
    return {
        "index": answer.index,
        "received": parts.received,
        "sha256": parts.sha256,
        "pictures": [{"name": one.name, "caption": one.caption} for one in (*parts.pictures, *parts.crops)],
        "marks": [{"standard": one.standard, "kind": one.kind, "text": one.text} for one in parts.marks],
    }


def _facts(record: CheckRecord) -> Facts:
    bundle = record.bundle
    authenticity = "none" if record.authenticity is None else f"{record.authenticity:.4f} ({record.authenticity_kind})"
    rows = [
        ("Outcome", record.outcome + (", advisory: recorded in observe mode" if record.advisory else "")),
        ("Authenticity", authenticity),
        ("Share of counterfeits assumed", f"{record.counterfeit_share:.4f}"),
        ("Product", record.product),
        ("Listing", record.listing_id or "not sent"),
        ("Seller", record.seller_id or "not sent"),
        ("Judged", record.created_at),
        ("Bundle", f"{bundle.name}, version {bundle.version}, graph {bundle.graph}"),
        ("SHA-256 of the bundle", bundle.sha256),
    ]
    return Facts(rows=tuple(rows))


def _thresholds(record: CheckRecord, bundles: LoadedBundles) -> list[Block]:
    """What the thresholds were for this listing, and what they guarantee where the bundle is in memory."""
    if record.thresholds is None:
        return [Text(text="This check has no thresholds: it has no authenticity, or is of an earlier version.")]
    low, high = record.thresholds.counterfeit_below, record.thresholds.genuine_above
    facts = Facts(
        rows=(
            ("No counterfeit above", "never given" if low is None else f"{low:.4f}"),
            ("No genuine below", "never given" if high is None else f"{high:.4f}"),
        )
    )
    loaded = next((one for slot in bundles.slots for one in slot.loaded() if one.sha256 == record.bundle.sha256), None)
    if loaded is None:
        text = "The bundle that judged serves here no longer; its model card states what its thresholds guarantee."
        return [facts, Text(text=text)]
    return [facts, *(Text(text=text) for text in _guarantees(loaded, record))]


def _guarantees(loaded: LoadedBundle, record: CheckRecord) -> list[str]:
    graphs = loaded.detector.bundle.metadata.graphs
    graph = next((one for one in graphs if one.precision == record.bundle.graph), graphs[0])
    usable = sum(photo.error is None and not photo.quality for photo in record.photos)
    try:
        found = graph.thresholds_for(record.product, one_photo=usable == 1)
    except TouchstoneError:
        return ["The bundle has no thresholds of this product."]
    weak = loaded.detector.bundle.metadata.label_kind == "weak"
    relative = ["These rates are relative to weak labels, which are wrong in places."] if weak else []
    return [
        *relative,
        _bound("genuine listings were flagged as counterfeit", found.genuine_flagged, found),
        _bound("counterfeit listings passed as genuine", found.counterfeit_passed, found),
    ]


def _bound(what: str, bound: ErrorBound, thresholds: Thresholds) -> str:
    if not bound.n:
        return f"How many {what} was not measured."
    where = "held-out listings" if thresholds.source == "held_out" else "listings by cross-validation"
    kind = "guaranteed" if bound.guaranteed else "an estimate, not a guarantee"
    return (
        f"Of {bound.n} {where} of this class, {bound.errors} {what}; with 97.5 % confidence the rate is at most "
        f"{bound.upper:.1%} (aimed at {bound.limit:.1%}: {kind})."
    )


def _reasons(record: CheckRecord) -> Block:
    if not record.reasons:
        return Text(text="The verdict names no reasons.")
    rows = tuple(
        (one.code, "whole listing" if one.photo is None else f"photo {one.photo + 1}", one.message)
        for one in record.reasons
    )
    return Grid(header=("Reason", "Where", "In words"), rows=rows, widths=(0.25, 0.15, 0.6))


def _reviews(reviews: list[Review], withdrawn: list[Review]) -> list[Block]:
    if not reviews and not withdrawn:
        return [Text(text="Nobody has reviewed this check.")]
    rows = tuple(
        (one.created_at, one.decision + (", withdrawn" if one.withdrawn_at else ""), one.note)
        for one in sorted((*reviews, *withdrawn), key=lambda review: review.review_id)
    )
    return [Grid(header=("Reviewed", "Decision", "Note"), rows=rows, widths=(0.25, 0.2, 0.55))]
