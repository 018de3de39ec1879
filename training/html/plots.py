"""Graphs as inline SVG whose colours are the page's CSS variables, so that they follow light and dark.

Each function gives one `<svg>` element without size: the page sets its width. Genuine is blue and counterfeit red, as
in the evidence overlay; line style and marker differ too, for colour-blind readers.
"""

import io
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.text import Text
from numpy.typing import NDArray

from training.statistics.estimate import Estimate
from training.statistics.scores import BoolArray, Curve, FloatArray, ReliabilityBin
from vision.bundle.metadata import Thresholds

# Colours that stand for CSS variables until the SVG is text.
_TOKENS = {
    "ink": "#010203",
    "muted": "#010204",
    "line": "#010205",
    "genuine": "#010206",
    "counterfeit": "#010207",
    "accent": "#010208",
    "paper": "#010209",
}
_MAX_DOTS = 300  # of one class in one row: more only make the page heavy
_DOT_SEED = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedCurve:
    """A curve and what the legend calls it."""

    name: str
    curve: Curve


@dataclass(frozen=True, slots=True, kw_only=True)
class ThresholdRow:
    """Listings of one product: uncorrected logits [N] by class, and the two thresholds that cut them."""

    name: str
    genuine: FloatArray
    counterfeit: FloatArray
    thresholds: Thresholds


@dataclass(frozen=True, slots=True, kw_only=True)
class IntervalRow:
    """An estimate under the name of what it was measured on."""

    name: str
    estimate: Estimate
    is_baseline: bool = False


def plot_roc(curves: Sequence[NamedCurve]) -> str:
    """ROC: share of genuine flagged against share of counterfeits found."""
    figure, axes = _new_axes(4.2, 3.8)
    axes.plot([0, 1], [0, 1], color=_TOKENS["line"], linewidth=1)
    _draw_curves(axes, curves, step=False)
    _label(axes, "genuine flagged (FPR)", "counterfeits found (TPR)")
    _unit_square(axes)
    axes.legend(loc="lower right", frameon=False)
    return _svg(figure, "ROC curve")


def plot_precision_recall(curves: Sequence[NamedCurve], *, counterfeit_share: float) -> str:
    """Precision against recall; the flat line is chance at this share of counterfeits."""
    figure, axes = _new_axes(4.2, 3.8)
    axes.axhline(counterfeit_share, color=_TOKENS["line"], linewidth=1)
    _draw_curves(axes, curves, step=True)
    _label(axes, "counterfeits found (recall)", "of those flagged, counterfeit (precision)")
    _unit_square(axes)
    axes.legend(loc="lower left", frameon=False)
    return _svg(figure, "Precision-recall curve")


def plot_reliability(bins: Sequence[ReliabilityBin]) -> str:
    """Authenticity against the share that is genuine, with Wilson intervals; area grows with listings."""
    figure, axes = _new_axes(4.2, 3.8)
    axes.plot([0, 1], [0, 1], color=_TOKENS["line"], linewidth=1)
    mean = np.array([b.p_mean for b in bins])
    shares = [b.genuine for b in bins]
    true = np.array([share.value for share in shares])
    count = np.array([share.n for share in shares])
    low, high = [share.low for share in shares], [share.high for share in shares]
    axes.vlines(mean, low, high, color=_TOKENS["accent"], linewidth=1.2, alpha=0.6)
    if len(bins):
        axes.scatter(mean, true, s=20 + 180 * count / count.max(), color=_TOKENS["accent"], alpha=0.85, zorder=3)
    for b in bins:
        place = (b.p_mean, b.genuine.low)
        axes.annotate(f"{b.genuine.n}", place, xytext=(0, -9), textcoords="offset points", ha="center", fontsize=7)
    _label(axes, "authenticity", "share genuine")
    _unit_square(axes)
    return _svg(figure, "Reliability plot")


def plot_authenticity(genuine: BoolArray, p: FloatArray) -> str:
    """Histogram of authenticity for each label: counterfeit below the axis, genuine above."""
    figure, axes = _new_axes(4.2, 3.8)
    edges = np.linspace(0, 1, 21)
    up, down = np.histogram(p[genuine], edges)[0], np.histogram(p[~genuine], edges)[0]
    middle, width = (edges[:-1] + edges[1:]) / 2, 0.92 * (edges[1] - edges[0])
    axes.bar(middle, up, width=width, color=_TOKENS["genuine"], label="genuine")
    axes.bar(
        middle,
        -down,
        width=width,
        color=_TOKENS["counterfeit"],
        label="counterfeit",
        hatch="////",
        edgecolor=_TOKENS["paper"],
        linewidth=0,
    )
    axes.axhline(0, color=_TOKENS["muted"], linewidth=0.8)
    axes.set_xlim(0, 1)
    axes.yaxis.set_major_formatter(lambda value, _: f"{abs(value):.0f}")
    _label(axes, "authenticity", "listings")
    axes.legend(loc="upper center", frameon=False, ncols=2, bbox_to_anchor=(0.5, 1.13))
    return _svg(figure, "Histogram of authenticity")


def plot_thresholds(rows: Sequence[ThresholdRow]) -> str:
    """Each listing's logit by product; the red range is flagged, the blue one passes, between is review."""
    figure, axes = _new_axes(8.6, 0.9 + 0.95 * max(1, len(rows)))
    every = np.concatenate([np.concatenate((row.genuine, row.counterfeit)) for row in rows]) if rows else np.zeros(0)
    low, high = (float(every.min()), float(every.max())) if len(every) else (-1.0, 1.0)
    margin = 0.06 * (high - low) or 1.0
    axes.set_xlim(low - margin, high + margin)
    rng = np.random.default_rng(_DOT_SEED)
    for place, row in enumerate(reversed(rows)):
        _draw_threshold_row(axes, place, row, rng)
    axes.set_ylim(-0.6, max(len(rows), 1) - 0.4)
    axes.set_yticks(range(len(rows)), [row.name for row in reversed(rows)])
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel("listing logit, uncorrected (right: more genuine)", fontsize=9)
    return _svg(figure, "Listings and thresholds")


def plot_intervals(rows: Sequence[IntervalRow], *, title: str, x_label: str, zero: bool = False) -> str:
    """A row each: the figure as a dot in its interval, and as text; `zero` draws the line of no difference.

    The baseline is hollow, and a dashed line carries its figure to the other rows.
    """
    figure, axes = _new_axes(8.6, 0.8 + 0.42 * max(1, len(rows)))
    shown = [(place, row) for place, row in enumerate(reversed(rows)) if not math.isnan(row.estimate.value)]
    if zero:
        axes.axvline(0, color=_TOKENS["muted"], linewidth=1)
    for place, row in shown:
        estimate = row.estimate
        if row.is_baseline:
            axes.axvline(estimate.value, color=_TOKENS["line"], linewidth=1, linestyle="--")
        if not math.isnan(estimate.low):
            axes.hlines(place, estimate.low, estimate.high, color=_TOKENS["accent"], linewidth=2)
        inside = _TOKENS["paper"] if row.is_baseline else _TOKENS["accent"]
        axes.scatter(estimate.value, place, s=45, facecolor=inside, edgecolor=_TOKENS["accent"], zorder=3)
    for place, row in enumerate(reversed(rows)):
        axes.annotate(
            _interval_text(row.estimate, signed=zero),
            (1.01, place),
            xycoords=("axes fraction", "data"),
            va="center",
            fontsize=8,
            annotation_clip=False,
        )
    axes.set_ylim(-0.6, max(len(rows), 1) - 0.4)
    axes.set_yticks(range(len(rows)), [row.name for row in reversed(rows)])
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel(x_label, fontsize=9)
    return _svg(figure, title)


def _interval_text(estimate: Estimate, *, signed: bool) -> str:
    if math.isnan(estimate.value):
        return "–"
    sign = "+" if signed else ""
    return f"{estimate.value:{sign}.3f} [{estimate.low:{sign}.3f}, {estimate.high:{sign}.3f}]"


def _draw_threshold_row(axes: Axes, place: int, row: ThresholdRow, rng: np.random.Generator) -> None:
    left, right = axes.get_xlim()
    below, above = (
        float(np.clip(t, left, right)) for t in (row.thresholds.counterfeit_below, row.thresholds.genuine_above)
    )
    axes.barh(place, below - left, left=left, height=0.86, color=_TOKENS["counterfeit"], alpha=0.13)
    axes.barh(place, right - above, left=above, height=0.86, color=_TOKENS["genuine"], alpha=0.13)
    axes.vlines([below, above], place - 0.43, place + 0.43, color=_TOKENS["muted"], linewidth=1)
    _draw_dots(axes, row.genuine, place + 0.2, "genuine", "o", rng)
    _draw_dots(axes, row.counterfeit, place - 0.2, "counterfeit", "x", rng)


def _draw_dots(axes: Axes, logit: FloatArray, y: float, name: str, marker: str, rng: np.random.Generator) -> None:
    shown = logit if len(logit) <= _MAX_DOTS else rng.choice(logit, _MAX_DOTS, replace=False)
    jitter: NDArray[np.float64] = rng.uniform(-0.15, 0.15, len(shown))
    axes.scatter(shown, y + jitter, s=11, marker=marker, color=_TOKENS[name], alpha=0.6, linewidths=0.8)


def _draw_curves(axes: Axes, curves: Sequence[NamedCurve], *, step: bool) -> None:
    styles = (("accent", "-", 2.0), ("muted", "--", 1.4))
    for named, (token, line, width) in zip(curves, styles, strict=False):
        kept = _thinned(len(named.curve.x))
        axes.plot(
            named.curve.x[kept],
            named.curve.y[kept],
            color=_TOKENS[token],
            linestyle=line,
            linewidth=width,
            label=named.name,
            drawstyle="steps-pre" if step else "default",
        )


def _thinned(n: int, max_points: int = 600) -> NDArray[np.int64]:
    """Indices of about `max_points` of n points, both ends kept."""
    return np.unique(np.linspace(0, max(n - 1, 0), min(n, max_points)).round().astype(np.int64))


def _new_axes(width_in: float, height_in: float) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(width_in, height_in), layout="constrained")
    FigureCanvasSVG(figure)
    figure.patch.set_alpha(0)
    axes = figure.add_subplot()
    axes.patch.set_alpha(0)
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["bottom", "left"]].set_color(_TOKENS["line"])
    axes.tick_params(colors=_TOKENS["line"], labelcolor=_TOKENS["muted"], labelsize=8)
    return figure, axes


def _label(axes: Axes, x: str, y: str) -> None:
    axes.set_xlabel(x, fontsize=9)
    axes.set_ylabel(y, fontsize=9)


def _unit_square(axes: Axes) -> None:
    axes.set_xlim(-0.02, 1.02)
    axes.set_ylim(-0.02, 1.02)


def _svg(figure: Figure, title: str) -> str:
    """The figure as one `<svg>`: text stays text, colours become CSS variables, ids are its own."""
    for text in figure.findobj(Text):
        if isinstance(text, Text) and text.get_color() == "black":
            text.set_color(_TOKENS["ink"])
    buffer = io.StringIO()
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": title, "hatch.linewidth": 0.6}):
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    svg = buffer.getvalue()
    svg = re.sub(r"<metadata>.*?</metadata>|<style.*?</style>", "", svg[svg.index("<svg") :], flags=re.DOTALL)
    svg = re.sub(r'<g id="[^"]*"(/?)>', r"<g\1>", svg)  # several graphs share a page, and ids must not
    svg = re.sub(r'font-family: [^;"]*', "font-family: var(--font)", svg)
    head, body = svg.split(">", 1)
    head = re.sub(r' (width|height)="[^"]*"', "", head)
    svg = f'{head} role="img" aria-label="{title}">{body}'
    for name, colour in _TOKENS.items():
        svg = svg.replace(colour, f"var(--{name})")
    return svg.strip()
