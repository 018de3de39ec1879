"""A bundle's robustness in the HTTP API."""

from __future__ import annotations

import math
from dataclasses import replace

from serving.routes.bundles.robustness import describe_robustness
from tests.builders.robustness import robustness_summary, value


def test_the_figures_are_given_with_intervals_and_listings() -> None:
    found = describe_robustness(robustness_summary(), whole=True)
    assert (found.state, found.listings, found.beyond, found.unmeasured) == ("within", 100, [], [])
    assert [(one.change, one.bounded, one.changed.n) for one in found.changes] == [
        ("jpeg_30", False, 100),
        ("crop", True, 100),
    ]
    assert found.other_backgrounds is not None
    assert (found.other_backgrounds.auroc.value, found.other_backgrounds.fall.value) == (0.89, 0.01)
    assert found.painted_out is not None
    assert found.painted_out.auroc.high == 0.53
    assert found.evidence_inside is not None
    assert (found.evidence_inside.photos, found.evidence_inside.if_even) == (300, 0.6)


def test_an_undefined_figure_is_null() -> None:
    summary = robustness_summary()
    assert summary.painted_out is not None
    undefined = replace(summary, painted_out=replace(summary.painted_out, auroc=value(math.nan)))
    found = describe_robustness(undefined, whole=True)
    assert found.painted_out is not None
    assert found.painted_out.auroc.value is None
    assert found.state == "incomplete"


def test_a_member_that_sees_a_part_gets_the_state_without_figures() -> None:
    found = describe_robustness(robustness_summary(changed=12), whole=False)
    assert (found.state, found.listings, found.beyond, found.changes) == ("beyond", None, [], [])
    assert "hangs on more than the product" in found.text


def test_an_older_bundle_was_not_measured() -> None:
    found = describe_robustness(None, whole=True)
    assert (found.state, found.other_backgrounds, found.painted_out) == ("not_measured", None, None)
    assert "was not measured" in found.text
