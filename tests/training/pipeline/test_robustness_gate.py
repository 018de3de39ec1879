"""A bundle's robustness in words: state, mark, figures and limits."""

from dataclasses import replace

from tests.builders.robustness import robustness_summary
from training.pipeline.robustness_gate import describe_robustness, figure_rows, robustness_lines


def test_every_figure_has_its_interval_its_limit_and_its_listings() -> None:
    lines = "\n".join(robustness_lines(robustness_summary())).replace("\u00a0", " ")
    assert (
        "evidence inside the product, by mask (even: 60 %): 97 % (95 % to 99 %), 100 listings; at least 95 %" in lines
    )
    assert "AUROC before other backgrounds (unchanged: 0.900): 0.890 (0.870 to 0.910), 100 listings" in lines
    assert "fall of AUROC before other backgrounds (cut by mask): 0.010 (-0.010 to 0.030), 100 listings" in lines
    assert "AUROC of the logits, product painted out: 0.510 (0.490 to 0.530), 100 listings; interval contains" in lines
    assert "verdicts changed: crop: 1 % (0.2 % to 5.4 %), 100 listings; at most 5 %" in lines
    assert "verdicts changed: JPEG quality 30: 50 % (40 % to 60 %), 100 listings" in lines


def test_within_its_limits_a_bundle_has_no_mark() -> None:
    gate = describe_robustness(robustness_summary())
    assert (gate.state, gate.mark, gate.breaches, gate.unmeasured) == ("within", None, (), ())
    assert not any(row.beyond for row in gate.rows)


def test_beyond_a_limit_it_has_the_mark_and_the_row_says_which() -> None:
    gate = describe_robustness(robustness_summary(changed=12, inside=0.8))
    assert (gate.state, gate.mark) == ("beyond", "hangs on more than the product")
    assert len(gate.breaches) == 2
    assert [row.name.partition(",")[0] for row in gate.rows if row.beyond] == [
        "evidence inside the product",
        "verdicts changed: crop",
    ]


def test_a_bundle_that_was_not_measured_is_shown_as_such() -> None:
    gate = describe_robustness(None)
    assert (gate.state, gate.mark, gate.rows) == ("not_measured", None, ())
    assert "was not measured" in gate.sentence


def test_without_any_logit_the_row_states_that() -> None:
    rows = {row.name: row for row in figure_rows(robustness_summary(with_logit=0))}
    painted = rows["AUROC of the logits, product painted out"]
    assert (painted.value, painted.interval, painted.beyond) == ("no logit", "", False)
    (line,) = (line for line in robustness_lines(robustness_summary(with_logit=0)) if "painted out" in line)
    assert ": no logit, 100 listings;" in line


def test_a_figure_that_is_missing_has_no_row() -> None:
    bare = replace(robustness_summary(), other_background=None, painted_out=None, evidence_inside=None)
    assert [row.name for row in figure_rows(bare)] == ["verdicts changed: JPEG quality 30", "verdicts changed: crop"]
