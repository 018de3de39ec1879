"""What an evaluation found: the answers, their figures, and what was left out."""

from dataclasses import dataclass

from training.data.manifest import Manifest
from training.evaluation.expected_precision import expected_precision
from training.evaluation.figures import Figures
from training.evaluation.figures_json import DECIMALS, figures_as_dict
from training.evaluation.predict import LeftOut
from training.evaluation.predictions import ListingPrediction, PhotoPrediction
from training.robustness.robustness import Stress
from training.robustness.skipped import why_skipped
from vision.bundle.bundle import Bundle
from vision.bundle.json_dataclass import to_json_table
from vision.bundle.metadata import GraphMetadata


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """A bundle's answers on a manifest and their figures. A photo answer's `row` is an index into `manifest.rows`.

    `stress` is what changed copies did to verdicts, where they were judged.
    """

    bundle: Bundle
    graph: GraphMetadata
    manifest: Manifest
    listings: tuple[ListingPrediction, ...]
    photos: tuple[PhotoPrediction, ...]
    left_out: LeftOut
    figures: Figures
    stress: Stress | None = None


def metrics_table(evaluation: Evaluation) -> dict[str, object]:
    """What metrics.json holds: the figures, and what was judged by what."""
    metadata = evaluation.bundle.metadata
    return {
        "bundle": {
            "name": metadata.name,
            "version": metadata.version,
            "sha256": evaluation.bundle.sha256,
            "graph": evaluation.graph.precision,
            "label_kind": metadata.label_kind,
        },
        "manifest": {"name": evaluation.manifest.path.name, "sha256": evaluation.manifest.sha256},
        "listings": len(evaluation.listings),
        "photos": len(evaluation.photos),
        "photo_errors": sum(photo.error is not None for photo in evaluation.photos),
        "left_out": to_json_table(evaluation.left_out),
        "figures": figures_as_dict(evaluation.figures),
        "expected_precision": [to_json_table(row, decimals=DECIMALS) for row in expected_precision(evaluation.figures)],
        "stress": _stress_table(evaluation.stress) if evaluation.stress else None,
    }


def _stress_table(stress: Stress) -> dict[str, object]:
    return {
        "listings": len(stress.drawn),
        "of": stress.of,
        "photos": stress.photos,
        "seed": stress.plan.seed,
        "boxed_listings": stress.boxed,
        "changes": {figures.change: to_json_table(figures, decimals=DECIMALS) for figures in stress.figures},
        "skipped": list(why_skipped(stress)),
    }


def describe_left_out(left_out: LeftOut) -> tuple[str, ...]:
    """One sentence for each reason why something was not judged."""
    told = (
        (left_out.seen_photos, "photo", f"that the bundle was fitted on{_and_their_others(left_out)}"),
        (left_out.unlabelled_photos, "photo", "without a label"),
        (left_out.listings_with_two_products, "listing", "with more than one product"),
        (left_out.listings_of_unknown_products, "listing", "of products that the bundle doesn't know"),
        (left_out.photos_beyond_twelve, "photo", "beyond the twelfth of a listing"),
    )
    return tuple(f"{_count(n, noun)} {why}." for n, noun, why in told if n)


def _and_their_others(left_out: LeftOut) -> str:
    rest, listings = left_out.unseen_photos_of_seen_listings, _count(left_out.seen_listings, "listing")
    return f", and {rest} more of the same {listings}" if rest else f", of {listings}"


def _count(n: int, noun: str) -> str:
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"
