"""What an evaluation found: the predictions, their figures, and what was excluded."""

from dataclasses import dataclass

from training.data.manifest import Manifest
from training.evaluation.expected_precision import expected_precision
from training.evaluation.figures import Figures
from training.evaluation.figures_json import DECIMALS, figures_as_dict
from training.evaluation.predict import Exclusions
from training.evaluation.predictions import ListingPrediction, PhotoPrediction
from training.robustness.robustness import Robustness
from training.robustness.skipped import why_skipped
from vision.bundle.bundle import Bundle
from vision.bundle.metadata import GraphMetadata
from vision.bundle.robustness import RobustnessSummary
from vision.counting import counted
from vision.json_dataclass import to_json_table


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """A bundle's predictions on a manifest and their figures. A photo's `row` is an index into `manifest.rows`.

    `robustness` is how verdicts change on changed copies, where these were evaluated, and `robustness_summary` what of
    it the bundle's limits hold.
    """

    bundle: Bundle
    graph: GraphMetadata
    manifest: Manifest
    listings: tuple[ListingPrediction, ...]
    photos: tuple[PhotoPrediction, ...]
    exclusions: Exclusions
    figures: Figures
    robustness: Robustness | None = None
    robustness_summary: RobustnessSummary | None = None


def metrics_table(evaluation: Evaluation) -> dict[str, object]:
    """What metrics.json holds: the figures, and which bundle was evaluated on which manifest."""
    metadata = evaluation.bundle.metadata
    return {
        "bundle": {
            "name": metadata.name,
            "version": metadata.version,
            "sha256": evaluation.bundle.sha256,
            "graph": evaluation.graph.precision,
            "label_kind": metadata.label_kind,
        },
        "manifest": {"name": evaluation.manifest.name, "sha256": evaluation.manifest.sha256},
        "measured_on": f"listings of {evaluation.manifest.name} that the bundle was not fitted on",
        "listings": len(evaluation.listings),
        "photos": len(evaluation.photos),
        "photo_errors": sum(photo.error is not None for photo in evaluation.photos),
        "left_out": to_json_table(evaluation.exclusions),
        "figures": figures_as_dict(evaluation.figures),
        "expected_precision": [to_json_table(row, decimals=DECIMALS) for row in expected_precision(evaluation.figures)],
        "stress": _robustness_table(evaluation.robustness) if evaluation.robustness else None,
        "robustness": _limits_table(evaluation.robustness_summary),
    }


def _robustness_table(robustness: Robustness) -> dict[str, object]:
    return {
        "listings": len(robustness.drawn),
        "of": robustness.total,
        "photos": robustness.photos,
        "seed": robustness.plan.seed,
        "boxed_listings": robustness.boxed,
        "changes": {figures.change: to_json_table(figures, decimals=DECIMALS) for figures in robustness.figures},
        "skipped": list(why_skipped(robustness)),
    }


def _limits_table(summary: RobustnessSummary | None) -> dict[str, object] | None:
    if summary is None:
        return None
    found = {"state": summary.state, "beyond": [one.text for one in summary.breaches], "unmeasured": summary.unmeasured}
    return {**found, **to_json_table(summary)}


def describe_exclusions(exclusions: Exclusions) -> tuple[str, ...]:
    """One sentence for each reason why something was not evaluated."""
    reasons = (
        (exclusions.seen_photos, "photo", f"that the bundle was fitted on{_and_their_others(exclusions)}"),
        (exclusions.unlabelled_photos, "photo", "without a label"),
        (exclusions.listings_with_two_products, "listing", "with more than one product"),
        (exclusions.listings_of_unknown_products, "listing", "of products that the bundle doesn't know"),
        (exclusions.photos_beyond_twelve, "photo", "beyond the twelfth of a listing"),
    )
    return tuple(f"{counted(n, noun)} {why}." for n, noun, why in reasons if n)


def _and_their_others(exclusions: Exclusions) -> str:
    rest, listings = exclusions.unseen_photos_of_seen_listings, counted(exclusions.seen_listings, "listing")
    return f", and {rest} more of the same {listings}" if rest else f", of {listings}"
