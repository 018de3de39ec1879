"""The model card of a tiny bundle: counts, figures, guarantees, and which photos it shows."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.builders.bundle import write_tiny_bundle
from training.data.label_corrections import CorrectionCounts
from training.data.manifest import Manifest, PhotoRow
from training.evaluation.figures import measure
from training.evaluation.figures_json import figures_as_dict
from training.evaluation.predictions import ListingPrediction
from training.pipeline.model_card import write_card
from vision.bundle.bundle import Bundle, read_bundle, seal_bundle
from vision.bundle.metadata import ListingCounts


@pytest.fixture
def bundle(tmp_path: Path) -> Bundle:
    return write_tiny_bundle(tmp_path / "bundle", products=("toy", "kettle"))


@pytest.fixture
def manifest(tmp_path: Path) -> Manifest:
    """Five genuine toys in three listings and two counterfeit ones; two photos are shareable."""
    rows = []
    for i, (label, listing) in enumerate(
        [("genuine", "a"), ("genuine", "a"), ("genuine", "b"), ("genuine", "b"), ("genuine", "c"), ("counterfeit", "d")]
        * 1
        + [("counterfeit", "d")]
    ):
        path = tmp_path / f"{i}.jpg"
        Image.fromarray(np.full((64, 64, 3), 30 * i, np.uint8)).save(path)
        row = PhotoRow(row=i, photo=path, label=label, product="toy", listing=listing, shareable=i in (2, 5))  # type: ignore[arg-type]
        rows.append(row)
    return Manifest(path=tmp_path / "m.csv", rows=tuple(rows), sha256="0" * 64)


def card(bundle: Bundle) -> str:
    return (bundle.folder / "card.html").read_text()


def test_the_card_counts_what_fitted_the_bundle(bundle: Bundle, manifest: Manifest) -> None:
    write_card(bundle.folder, bundle.metadata, manifest=manifest, fitted=[0, 1, 2, 5, 6])
    cells = '<th>toy</th><td class="n">2</td><td class="n">3</td><td class="n">1</td><td class="n">2</td>'
    assert cells in card(bundle)


def test_the_card_shows_shareable_photos_only(bundle: Bundle, manifest: Manifest) -> None:
    write_card(bundle.folder, bundle.metadata, manifest=manifest, fitted=range(7))
    assert card(bundle).count("data:image/jpeg;base64,") == 2
    hidden = replace(manifest, rows=tuple(replace(row, shareable=False) for row in manifest.rows))
    write_card(bundle.folder, bundle.metadata, manifest=hidden, fitted=range(7))
    assert "data:image" not in card(bundle)


def test_the_card_says_which_labels_a_person_corrected(bundle: Bundle, manifest: Manifest) -> None:
    corrected = replace(manifest, corrected=CorrectionCounts(to_genuine=2, dropped=1, kept=7))
    write_card(bundle.folder, bundle.metadata, manifest=corrected, fitted=range(7))
    assert "2 listings now genuine, 0 now counterfeit, 1 left out, 7 kept as they were" in card(bundle)
    write_card(bundle.folder, bundle.metadata, manifest=manifest, fitted=range(7))
    assert "disputed" not in card(bundle)


def test_an_unreadable_shareable_photo_doesn_t_stop_the_card(bundle: Bundle, manifest: Manifest) -> None:
    manifest.rows[2].photo.write_bytes(b"no photo")
    write_card(bundle.folder, bundle.metadata, manifest=manifest, fitted=range(7))
    assert card(bundle).count("data:image/jpeg;base64,") == 1


def test_figures_from_the_record_appear_with_their_interval(bundle: Bundle) -> None:
    answers = [
        ListingPrediction(
            listing=f"l{i}",
            label="genuine" if i % 2 else "counterfeit",
            product="toy",
            photo_count=1,
            logit=0.0,
            authenticity=0.9 if i % 2 else 0.1 + 0.85 * (i == 0),
            outcome="review",
        )
        for i in range(20)
    ]
    figures = measure(answers, [], rounds=100)
    write_card(bundle.folder, replace(bundle.metadata, metrics=figures_as_dict(figures)))
    assert "<b>0.900</b><span>listing AUROC</span>" in card(bundle)
    assert "Measured on 10 genuine and 10 counterfeit test listings, with the exported graph." in card(bundle)


@pytest.mark.parametrize("metrics", [{}, {"listing_auroc": 0.9}], ids=["none", "another program's"])
def test_without_figures_the_card_says_how_to_measure(bundle: Bundle, metrics: dict[str, object]) -> None:
    write_card(bundle.folder, replace(bundle.metadata, metrics=metrics))
    assert "touchstone evaluate BUNDLE MANIFEST" in card(bundle)
    assert "listing AUROC" not in card(bundle)


def test_the_card_says_what_the_labels_are_worth(bundle: Bundle) -> None:
    write_card(bundle.folder, bundle.metadata)
    assert "not field performance" in card(bundle)
    write_card(bundle.folder, replace(bundle.metadata, label_kind="weak"))
    assert "relative to the weak labels" in card(bundle)


def test_the_card_shows_what_each_limit_rests_on_and_that_weak_labels_are_weak(bundle: Bundle) -> None:
    write_card(bundle.folder, replace(bundle.metadata, label_kind="weak"))
    assert '<td class="n">100</td><td class="n">0</td><td class="n">3.6\u00a0%</td>' in card(bundle)
    assert '<span class="chip better">guaranteed</span><small>relative to the weak labels</small>' in card(bundle)
    write_card(bundle.folder, replace(bundle.metadata, label_kind="verified"))
    assert "relative to the weak labels" not in card(bundle)


def test_the_card_says_that_a_photo_is_no_proof_of_what_is_in_the_box(bundle: Bundle) -> None:
    write_card(bundle.folder, bundle.metadata)
    assert "no proof of what is in the box" in card(bundle)


def test_a_bundle_with_its_card_seals_and_reads(bundle: Bundle) -> None:
    write_card(bundle.folder, bundle.metadata)
    seal_bundle(bundle.folder, bundle.metadata)
    assert "card.html" in read_bundle(bundle.folder).files


def test_figures_of_networks_trained_alike_are_called_an_estimate(bundle: Bundle) -> None:
    answers = [
        ListingPrediction(
            listing=str(n),
            label="counterfeit" if n % 2 else "genuine",
            product="toy",
            photo_count=1,
            logit=n / 10,
            authenticity=n / 10,
            outcome="review",
        )
        for n in range(8)
    ]
    metrics = {
        **figures_as_dict(measure(answers, [], rounds=10)),
        "source": "out_of_fold",
        "thresholds": "cross_fitted",
    }
    write_card(bundle.folder, replace(bundle.metadata, metrics=metrics))
    assert "Measured on 4 genuine and 4 counterfeit listings, each by a network trained alike" in card(bundle)
    assert "Calibration and thresholds were set without the listing that they judge" in card(bundle)
    assert "that it never saw, through the exported graph" not in card(bundle)


def test_the_errors_of_the_listings_that_set_a_threshold_are_called_so(bundle: Bundle) -> None:
    write_card(bundle.folder, bundle.metadata)
    assert "the errors in this table are of the listings that set the thresholds" in card(bundle)
    assert "listings that<br>set it" in card(bundle)


def test_a_card_says_of_which_product_a_label_is_unknown(bundle: Bundle) -> None:
    counts = {"toy": ListingCounts(genuine=9, counterfeit=9), "hat": ListingCounts(genuine=9, counterfeit=0)}
    write_card(bundle.folder, replace(bundle.metadata, training_listings=counts))
    assert "<li>It knows no counterfeit listing of hat, and so never calls one genuine.</li>" in card(bundle)


def test_a_card_says_that_a_conformal_bundle_knows_genuine_listings_alone(tmp_path: Path) -> None:
    conformal = write_tiny_bundle(tmp_path / "conformal", authenticity_kind="conformal")
    write_card(conformal.folder, conformal.metadata)
    assert "<li>It knows genuine listings alone: it flags what is unlike them" in card(conformal)
    assert "Its authenticity is no probability" in card(conformal)
