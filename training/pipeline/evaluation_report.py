"""The evaluation's report: one page that stands alone, with curves, tables and the worst errors as pictures."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from markupsafe import Markup

from training.evaluation.expected_precision import expected_precision
from training.evaluation.predictions import ListingPrediction, PhotoPrediction
from training.evaluation.threshold_table import limit_rows
from training.html import plots
from training.html.page import render_page
from training.html.pictures import crop_pictures, evidence_picture, photo_picture
from training.html.wording import LABEL_KIND_NAMES, LABEL_KIND_SENTENCES
from training.pipeline.evaluation import Evaluation, describe_exclusions
from training.pipeline.robustness_gate import describe_robustness
from training.pipeline.robustness_report import robustness_part
from training.statistics import scores as metrics
from vision.explain.crops import evidence_crops

ERRORS_PER_LABEL = 8
_MAX_ROWS = 12  # of products in the threshold graph


@dataclass(frozen=True, slots=True, kw_only=True)
class WorstError:
    """A listing on the wrong side, with the photo that contributed most to it and, where there is one, its evidence."""

    listing: ListingPrediction
    cues: tuple[str, ...]
    photo: str  # data URI
    evidence: str | None  # data URI
    crops: tuple[str, ...]  # data URIs of the parts that contributed most to the error


def write_report(path: Path, evaluation: Evaluation, *, shareable_only: bool = False) -> None:
    """Writes report.html. With `shareable_only` it shows only photos that the manifest marks so."""
    wrong = _worst(evaluation.listings, "genuine") + _worst(evaluation.listings, "counterfeit")
    errors = [e for prediction in wrong if (e := _worst_error(prediction, evaluation, shareable_only))]
    record = evaluation.bundle.metadata
    page = render_page(
        "report.html.j2",
        evaluation=evaluation,
        figures=evaluation.figures,
        record=record,
        label_kind=LABEL_KIND_NAMES[record.label_kind],
        label_sentence=LABEL_KIND_SENTENCES[record.label_kind],
        exclusions=describe_exclusions(evaluation.exclusions),
        outcomes=_outcome_names(evaluation),
        thresholds=limit_rows(evaluation.graph, record.label_kind),
        precision=expected_precision(evaluation.figures),
        plots=_draw(evaluation),
        errors=errors,
        hidden_errors=len(wrong) - len(errors),
        shareable_only=shareable_only,
        gate=describe_robustness(evaluation.robustness_summary or record.robustness),
        gate_of_training=evaluation.robustness_summary is None and record.robustness is not None,
        robustness=evaluation.robustness and robustness_part(evaluation.robustness, shareable_only=shareable_only),
    )
    path.write_text(page, encoding="utf-8")


def _outcome_names(evaluation: Evaluation) -> tuple[str, ...]:
    order = ("genuine", "review", "counterfeit", "insufficient", "unsupported", "no answer")
    found = {name for counts in evaluation.figures.outcomes.values() for name in counts}
    return tuple(name for name in order if name in found or name in order[:3])


def _draw(evaluation: Evaluation) -> dict[str, Markup]:
    listings = evaluation.listings
    read = [p for p in evaluation.photos if p.authenticity is not None]
    positive = np.array([a.label == "counterfeit" for a in listings], dtype=np.bool_)
    suspicion = np.array([a.suspicion for a in listings], dtype=np.float64)
    photo_positive = np.array([p.label == "counterfeit" for p in read], dtype=np.bool_)
    photo_suspicion = np.array([1 - p.authenticity for p in read if p.authenticity is not None], dtype=np.float64)
    has_authenticity = np.array([a.authenticity is not None for a in listings], dtype=np.bool_)
    genuine, p = ~positive[has_authenticity], 1 - suspicion[has_authenticity]
    recall = plots.plot_precision_recall(
        [
            plots.NamedCurve(name="listings", curve=metrics.precision_recall_curve(positive, suspicion)),
            plots.NamedCurve(name="photos", curve=metrics.precision_recall_curve(photo_positive, photo_suspicion)),
        ],
        counterfeit_share=float(positive.mean()),
    )
    roc = plots.plot_roc(
        [
            plots.NamedCurve(name="listings", curve=metrics.roc_curve(positive, suspicion)),
            plots.NamedCurve(name="photos", curve=metrics.roc_curve(photo_positive, photo_suspicion)),
        ]
    )
    return {
        "roc": Markup(roc),
        "precision_recall": Markup(recall),
        "reliability": Markup(plots.plot_reliability(metrics.reliability(genuine, p))),
        "authenticity": Markup(plots.plot_authenticity(genuine, p)),
        "thresholds": Markup(plots.plot_thresholds(_threshold_rows(evaluation))),
    }


def _threshold_rows(evaluation: Evaluation) -> list[plots.ThresholdRow]:
    products = sorted({a.product for a in evaluation.listings})[:_MAX_ROWS]
    return [
        plots.ThresholdRow(
            name=product,
            genuine=_logits(evaluation.listings, product, "genuine"),
            counterfeit=_logits(evaluation.listings, product, "counterfeit"),
            thresholds=evaluation.graph.thresholds_for(product),
        )
        for product in products
    ]


def _logits(listings: Sequence[ListingPrediction], product: str, label: str) -> metrics.FloatArray:
    chosen = [a.logit for a in listings if a.product == product and a.label == label and a.logit is not None]
    return np.array(chosen, dtype=np.float64)


def _worst(listings: Sequence[ListingPrediction], label: str) -> list[ListingPrediction]:
    """The most confident of those on the wrong side of 0.5 or with the wrong outcome, worst first."""
    wrong = [
        a
        for a in listings
        if a.label == label
        and a.authenticity is not None
        and ((a.is_decided and a.outcome != label) or (a.authenticity < 0.5) == (label == "genuine"))
    ]
    return sorted(wrong, key=lambda a: a.suspicion, reverse=label == "genuine")[:ERRORS_PER_LABEL]


def _worst_error(prediction: ListingPrediction, evaluation: Evaluation, shareable_only: bool) -> WorstError | None:
    rows = evaluation.manifest.rows
    photos = [
        p
        for p in evaluation.photos
        if p.listing == prediction.listing and p.logit is not None and (rows[p.row].shareable or not shareable_only)
    ]
    if not photos:
        return None
    strongest = sorted(photos, key=_logit, reverse=prediction.label == "counterfeit")[0]
    path = rows[strongest.row].photo
    return WorstError(
        listing=prediction,
        cues=tuple(sorted({cue for p in photos for cue in p.cues})),
        photo=photo_picture(path),
        evidence=evidence_picture(path, strongest.evidence) if strongest.evidence else None,
        crops=_crops(path, strongest, prediction.label),
    )


def _crops(path: Path, photo: PhotoPrediction, label: str) -> tuple[str, ...]:
    if photo.evidence is None:
        return ()
    crops = evidence_crops(photo.evidence, "counterfeit" if label == "genuine" else "genuine")
    return crop_pictures(path, [crop.box for crop in crops])


def _logit(photo: PhotoPrediction) -> float:
    return 0.0 if photo.logit is None else photo.logit
