"""When a bundle hangs on more than the product, by how much, and when that was not measured."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

import pytest

from tests.builders.bundle import write_tiny_bundle
from tests.builders.robustness import robustness_summary, value
from vision.bundle.bundle import read_bundle, seal_bundle
from vision.bundle.robustness import RobustnessSummary, describe_state, robustness_state
from vision.bundle.robustness_limits import RobustnessLimits


def test_within_all_limits_nothing_is_marked() -> None:
    summary = robustness_summary()
    assert (summary.state, summary.breaches, summary.unmeasured) == ("within", (), ())
    assert "hangs on more" not in describe_state(summary)


@pytest.mark.parametrize(
    ("summary", "limit", "text"),
    [
        (
            robustness_summary(changed=12),
            "verdicts_changed",
            "crop changes 12 % of verdicts (12 of 100; 7 % to 19.8 %), 7 points more than the limit of 5 %",
        ),
        (
            robustness_summary(changed=1, flipped=1),
            "verdicts_reversed",
            "crop reverses 1 % of verdicts (1 of 100; 0.2 % to 5.4 %), 1 points more than the limit of 0 %",
        ),
        (
            robustness_summary(fall=0.057),
            "auroc_fall",
            "before other backgrounds the AUROC falls by 0.057 [0.037, 0.077] to 0.843, 0.042 more than the limit of "
            "0.015",
        ),
        (
            robustness_summary(painted_out=0.676),
            "painted_out_by_chance",
            "with the product painted out the logits' AUROC is 0.676 [0.656, 0.696], an interval that misses 0.5 by "
            "0.156",
        ),
        (robustness_summary(painted_out=0.4), "painted_out_by_chance", "an interval that misses 0.5 by 0.080"),
        (
            robustness_summary(inside=0.8),
            "evidence_inside",
            "80 % of the evidence lies on the product (78 % to 82 %), 15 points less than the limit of 95 %",
        ),
    ],
    ids=lambda given: given if isinstance(given, str) and "_" in given else "",
)
def test_beyond_a_limit_the_mark_says_which_and_by_how_much(summary: RobustnessSummary, limit: str, text: str) -> None:
    assert summary.state == "beyond"
    (breach,) = summary.breaches
    assert breach.limit == limit
    assert text in breach.text
    assert "hangs on more than the product" in describe_state(summary)
    assert text[1:] in describe_state(summary)


def test_a_change_without_a_limit_is_shown_and_never_marked() -> None:
    (harsh, _) = robustness_summary().changes
    assert (harsh.bounded, harsh.changed.value) == (False, 0.5)
    assert robustness_summary().breaches == ()


def test_a_figure_at_its_limit_is_within() -> None:
    assert robustness_summary(changed=5, fall=0.015, inside=0.95).state == "within"


def test_where_no_photo_without_its_product_has_a_logit_there_is_nothing_to_rank() -> None:
    assert robustness_summary(painted_out=0.9, with_logit=0).state == "within"


def test_too_few_listings_hold_no_limit_and_prove_none() -> None:
    summary = robustness_summary(changed=8, listings=20)
    assert (summary.state, summary.breaches) == ("incomplete", ())
    assert "crop (20 listings, and a limit takes 30)" in summary.unmeasured
    assert len(summary.unmeasured) == 4
    assert replace(summary, limits=RobustnessLimits(listings=20)).state == "beyond"


def test_without_boxes_and_masks_the_figures_of_the_product_are_named_as_missing() -> None:
    bare = replace(robustness_summary(), other_background=None, painted_out=None, evidence_inside=None)
    assert bare.state == "incomplete"
    assert [reason.partition(" (")[0] for reason in bare.unmeasured] == [
        "AUROC before other backgrounds",
        "AUROC with the product painted out",
        "evidence inside the product",
    ]
    assert "does not mark the product" in describe_state(bare)


def test_without_a_photo_of_the_other_label_that_is_what_was_missing() -> None:
    alone = replace(robustness_summary(), other_background=None)
    (reason,) = alone.unmeasured
    assert "of the other label lends a background" in reason
    assert "does not mark the product" not in reason


def test_an_auroc_that_is_undefined_is_not_measured() -> None:
    summary = robustness_summary()
    assert summary.other_background is not None
    undefined = replace(summary.other_background, fall=value(math.nan))
    assert "AUROC before other backgrounds (undefined, since a label is missing)" in (
        replace(summary, other_background=undefined).unmeasured
    )


def test_a_bundle_keeps_its_summary_and_an_older_one_is_not_measured(tmp_path: Path) -> None:
    summary = robustness_summary(changed=12)
    bundle = write_tiny_bundle(tmp_path / "b", robustness=summary)
    assert read_bundle(bundle.folder).metadata.robustness == summary
    record = bundle.folder / "bundle.json"
    table = json.loads(record.read_text())
    assert table["robustness"]["limits"]["verdicts_changed"] == 0.05
    del table["robustness"]
    record.write_text(json.dumps(table))
    older = read_bundle(bundle.folder).metadata
    assert older.robustness is None
    assert robustness_state(older.robustness) == "not_measured"
    assert "not measured" in describe_state(older.robustness)


def test_an_undefined_figure_survives_sealing(tmp_path: Path) -> None:
    summary = robustness_summary()
    assert summary.painted_out is not None
    undefined = replace(summary, painted_out=replace(summary.painted_out, auroc=value(math.nan)))
    sealed = write_tiny_bundle(tmp_path / "b", robustness=undefined)
    seal_bundle(sealed.folder, sealed.metadata)
    kept = read_bundle(sealed.folder).metadata.robustness
    assert kept is not None
    assert kept.painted_out is not None
    assert math.isnan(kept.painted_out.auroc.value)
