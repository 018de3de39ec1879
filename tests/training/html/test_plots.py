"""Graphs are well-formed inline SVG that takes its colours from the page, even of nothing or of a crowd."""

import re
from xml.etree import ElementTree

import numpy as np
import pytest

from training.calibration.thresholds import choose_thresholds
from training.html import plots
from training.statistics import scores as metrics
from training.statistics.estimate import UNDEFINED, Estimate
from vision.bundle.metadata import NEVER, Thresholds

GENUINE = np.arange(300) % 2 == 0
LOGIT = np.random.default_rng(0).normal(0, 1, 300) + GENUINE
THRESHOLDS = choose_thresholds(LOGIT, GENUINE, ["p"] * 300, source="held_out")["*"]
INTERVALS = [
    plots.IntervalRow(name="first", estimate=Estimate(value=0.85, low=0.82, high=0.88), is_baseline=True),
    plots.IntervalRow(name="second", estimate=Estimate(value=0.9, low=0.87, high=0.93)),
    plots.IntervalRow(name="one class", estimate=UNDEFINED),
]


def threshold_row(
    genuine: np.ndarray, counterfeit: np.ndarray, thresholds: Thresholds = THRESHOLDS
) -> plots.ThresholdRow:
    return plots.ThresholdRow(name="toy", genuine=genuine, counterfeit=counterfeit, thresholds=thresholds)


def every_graph() -> list[str]:
    p = 1 / (1 + np.exp(-LOGIT))
    roc = metrics.roc_curve(~GENUINE, -LOGIT)
    recall = metrics.precision_recall_curve(~GENUINE, -LOGIT)
    return [
        plots.plot_roc([plots.NamedCurve(name="listings", curve=roc)]),
        plots.plot_precision_recall([plots.NamedCurve(name="listings", curve=recall)], counterfeit_share=0.5),
        plots.plot_reliability(metrics.reliability(GENUINE, p)),
        plots.plot_authenticity(GENUINE, p),
        plots.plot_thresholds([threshold_row(LOGIT[GENUINE], LOGIT[~GENUINE])]),
        plots.plot_intervals(INTERVALS, title="Runs", x_label="listing AUROC"),
        plots.plot_intervals(INTERVALS, title="Differences", x_label="listing AUROC, less the first", zero=True),
    ]


@pytest.fixture(scope="module")
def graphs() -> list[str]:
    return every_graph()


def test_each_graph_is_one_well_formed_element_with_a_label(graphs: list[str]) -> None:
    for svg in graphs:
        root = ElementTree.fromstring(svg)
        assert root.tag.endswith("svg")
        assert root.attrib["role"] == "img"
        assert root.attrib["aria-label"]
        assert "width" not in root.attrib


def test_colours_come_from_the_page(graphs: list[str]) -> None:
    for svg in graphs:
        assert "var(--ink)" in svg
        assert not re.search(r"(fill|stroke): #(?!ffffff)", svg)


def test_text_stays_text(graphs: list[str]) -> None:
    assert ">genuine flagged (FPR)</text>" in graphs[0]
    assert all("DejaVu" not in svg for svg in graphs)


def test_an_interval_is_written_out_with_its_sign_where_it_is_a_difference(graphs: list[str]) -> None:
    assert ">0.900 [0.870, 0.930]</text>" in graphs[-2]
    assert ">+0.900 [+0.870, +0.930]</text>" in graphs[-1]
    assert ">–</text>" in graphs[-1]


def test_the_graphs_of_one_page_share_no_id(graphs: list[str]) -> None:
    ids = [name for svg in graphs for name in set(re.findall(r'\bid="([^"]+)"', svg))]
    assert ids
    assert len(ids) == len(set(ids))


def test_the_same_answers_draw_the_same_bytes(graphs: list[str]) -> None:
    assert every_graph() == graphs


def test_a_crowd_of_listings_is_thinned(graphs: list[str]) -> None:
    crowd = np.random.default_rng(0).normal(0, 1, 20_000)
    assert len(plots.plot_thresholds([threshold_row(crowd, crowd)])) < 300_000


def test_one_class_or_nothing_still_draws() -> None:
    nothing = np.zeros(0)
    only_genuine = choose_thresholds(LOGIT, np.ones(300, bool), ["p"] * 300, source="held_out")["*"]
    assert only_genuine.genuine_above == NEVER
    for svg in (
        plots.plot_thresholds([threshold_row(LOGIT, nothing, only_genuine)]),
        plots.plot_thresholds([]),
        plots.plot_reliability(()),
        plots.plot_intervals([], title="Runs", x_label="listing AUROC"),
        plots.plot_intervals(INTERVALS[2:], title="Runs", x_label="listing AUROC"),
        plots.plot_authenticity(np.zeros(0, bool), nothing),
        plots.plot_roc([plots.NamedCurve(name="listings", curve=metrics.roc_curve(np.ones(3, bool), np.arange(3.0)))]),
    ):
        assert ElementTree.fromstring(svg).tag.endswith("svg")
