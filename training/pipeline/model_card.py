"""The model card: one page in the bundle with its training data, its figures and its limits."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from training.calibration.bundle_kind import describe_unknown
from training.data.manifest import Manifest, PhotoRow
from training.evaluation.expected_precision import expected_precision
from training.evaluation.figures_json import read_figures
from training.evaluation.threshold_table import limit_rows
from training.html.page import render_page
from training.html.pictures import photo_picture
from training.html.wording import LABEL_KIND_NAMES, LABEL_KIND_SENTENCES, LIMITS
from training.pipeline.int8_gate import describe_gate
from training.pipeline.robustness_gate import describe_robustness
from vision.bundle.measured import read_measured
from vision.bundle.metadata import BundleMetadata
from vision.errors import PhotoError

CARD_FILE = "card.html"
EXAMPLES_PER_LABEL = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many training listings and photos one product has."""

    product: str
    genuine_listings: int
    genuine_photos: int
    counterfeit_listings: int
    counterfeit_photos: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A shareable photo of the training set, as a data URI."""

    picture: str
    label: str
    product: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphFile:
    """A graph as the card's table shows it."""

    file: str
    precision: str
    size_mb: float
    parity: float
    gate: str | None


def write_card(
    folder: Path, record: BundleMetadata, *, manifest: Manifest | None = None, fitted: Sequence[int] = ()
) -> None:
    """Write card.html into a bundle's folder; seal the bundle again afterwards.

    Figures come from `record.metrics`, where `figures_as_dict` put them; without any the card states that there was no
    test set. `manifest` and `fitted`, the indices of the rows of fitting, early stopping and calibration, give the
    counts and the example pictures, of shareable photos only.
    """
    rows = [manifest.rows[i] for i in fitted] if manifest else []
    figures = read_figures(record.metrics)
    page = render_page(
        "card.html.j2",
        record=record,
        label_kind=LABEL_KIND_NAMES[record.label_kind],
        label_sentence=LABEL_KIND_SENTENCES[record.label_kind],
        figures=figures,
        measured=read_measured(record) if figures else None,
        precision=expected_precision(figures) if figures else (),
        counts=_count(rows),
        corrected=manifest.corrected.in_words() if manifest and manifest.corrected else "",
        examples=_examples(rows),
        thresholds=[(graph, limit_rows(graph, record.label_kind)) for graph in record.graphs],
        graphs=[_graph_file(folder, record, i) for i in range(len(record.graphs))],
        gate=describe_robustness(record.robustness),
        limits=LIMITS,
        unknown=describe_unknown(record.authenticity_kind, record.training_listings),
        config=json.dumps(record.config, indent=1, ensure_ascii=False, default=str),
    )
    (folder / CARD_FILE).write_text(page, encoding="utf-8")


def _count(rows: Sequence[PhotoRow]) -> tuple[Counts, ...]:
    return tuple(_count_product(name, rows) for name in sorted({row.product for row in rows}))


def _count_product(product: str, rows: Sequence[PhotoRow]) -> Counts:
    genuine = [row.listing for row in rows if row.product == product and row.label == "genuine"]
    counterfeit = [row.listing for row in rows if row.product == product and row.label == "counterfeit"]
    return Counts(
        product=product,
        genuine_listings=len(set(genuine)),
        genuine_photos=len(genuine),
        counterfeit_listings=len(set(counterfeit)),
        counterfeit_photos=len(counterfeit),
    )


def _examples(rows: Sequence[PhotoRow]) -> tuple[Example, ...]:
    """A few readable shareable photos of each label, each of another listing, spread over the manifest."""
    found: list[Example] = []
    for label in ("genuine", "counterfeit"):
        first = {row.listing: row for row in reversed(rows) if row.shareable and row.label == label}
        candidates = list(reversed(first.values()))
        step = max(1, len(candidates) // EXAMPLES_PER_LABEL)
        for row in candidates[::step][:EXAMPLES_PER_LABEL]:
            try:
                found.append(Example(picture=photo_picture(row.photo), label=label, product=row.product))
            except PhotoError:  # the audit reports unreadable photos; the card does without
                continue
    return tuple(found)


def _graph_file(folder: Path, record: BundleMetadata, index: int) -> GraphFile:
    graph = record.graphs[index]
    size = (folder / graph.file).stat().st_size if (folder / graph.file).exists() else 0
    return GraphFile(
        file=graph.file,
        precision=graph.precision,
        size_mb=size / 2**20,
        parity=graph.parity,
        gate=describe_gate(graph.gate) if graph.gate else None,
    )
