"""Figures of a run over folds, or of one that reports by itself, and of one run against another on the same listings.

    python -m docs.folds RUN [RUN] --out docs/results

RUN is the folder of a run with `calibration.source = "fold_runs"`, where each listing's answer is the one of the fold's
bundle that never saw it, or of a run with a report of its own, which counts as one fold. Each RUN's answers go to
OUT/<name of the folder>.csv.
"""

from __future__ import annotations

import argparse
import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from training.metrics import BoolArray, FloatArray, auroc, auroc_weighted, bootstrap_interval, paired_bootstrap


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """Out-of-fold answers, sorted by listing: names [N], fold [N], counterfeit [N], product [N], authenticity [N]."""

    listing: list[str]
    fold: NDArray[np.int64]
    counterfeit: NDArray[np.bool_]
    product: NDArray[np.str_]
    authenticity: NDArray[np.float64]

    def of_folds(self, folds: set[int]) -> Answers:
        """The answers of these folds."""
        own = np.isin(self.fold, sorted(folds))
        return Answers(
            listing=[name for name, keep in zip(self.listing, own, strict=True) if keep],
            fold=self.fold[own],
            counterfeit=self.counterfeit[own],
            product=self.product[own],
            authenticity=self.authenticity[own],
        )

    def mean_of_folds(self, counterfeit: BoolArray, value: FloatArray, weight: FloatArray) -> FloatArray:
        """The mean of the folds' listing AUROCs, [R] for weights [R, N]: folds have bundles of their own scale."""
        folds = [self.fold == k for k in np.unique(self.fold)]
        each = [auroc_weighted(counterfeit[own], value[own], weight[:, own]) for own in folds]
        return np.asarray(np.mean(each, axis=0))


def read_answers(run: Path) -> Answers:
    """The answers of every fold's bundle on its own fold; an unanswered listing counts as 0.5."""
    rows = []
    for file in sorted((run / "folds").glob("*/report/answers.csv")) or list(run.glob("report/answers.csv")):
        with file.open(newline="") as stream:
            rows += list(csv.DictReader(stream))
    if not rows:
        raise SystemExit(
            f"{run} has neither folds/*/report/answers.csv nor report/answers.csv: has it judged anything?"
        )
    rows.sort(key=lambda row: row["listing"])
    return Answers(
        listing=[row["listing"] for row in rows],
        fold=np.array([int(row["fold"] or 0) for row in rows]),
        counterfeit=np.array([row["label"] == "counterfeit" for row in rows]),
        product=np.array([row["product"] for row in rows]),
        authenticity=np.array([float(row["authenticity"] or 0.5) for row in rows]),
    )


def write_answers(answers: Answers, file: Path) -> None:
    """Write listing, fold, label, authenticity."""
    with file.open("w", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(("listing", "fold", "label", "authenticity"))
        for n, listing in enumerate(answers.listing):
            label = "counterfeit" if answers.counterfeit[n] else "genuine"
            writer.writerow((listing, answers.fold[n], label, f"{answers.authenticity[n]:.6f}"))


def main() -> None:
    """Print each run's figures, and the paired difference of two."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("runs", type=Path, nargs="+", metavar="RUN")
    parser.add_argument("--common", action="store_true", help="only the folds that every RUN has")
    parser.add_argument("--out", type=Path, help="folder for a CSV of each run's answers")
    arguments = parser.parse_args()
    runs = [read_answers(run) for run in arguments.runs]
    if arguments.common:
        shared = set.intersection(*(set(answers.fold.tolist()) for answers in runs))
        runs = [answers.of_folds(shared) for answers in runs]
    for run, answers in zip(arguments.runs, runs, strict=True):
        print_figures(run.name, answers)
        if arguments.out:
            write_answers(answers, arguments.out / f"{run.name}.csv")
    if len(runs) == 2:
        print_difference(*runs)


def print_figures(name: str, answers: Answers) -> None:
    """The mean of the folds, each fold, all listings pooled and each product, with intervals."""
    suspicion = -answers.authenticity
    mean = answers.mean_of_folds(answers.counterfeit, suspicion, np.ones((1, len(suspicion))))[0]
    spread = bootstrap_interval(answers.mean_of_folds, answers.counterfeit, suspicion)
    print(f"{name}: {len(suspicion)} listings, mean of the folds {mean:.4f} [{spread.low:.3f}, {spread.high:.3f}]")
    groups = {f"fold {k}": answers.fold == k for k in np.unique(answers.fold)}
    groups["pooled"] = np.ones(len(answers.listing), bool)
    groups |= {str(product): answers.product == product for product in np.unique(answers.product)}
    for group, own in groups.items():
        value = auroc(answers.counterfeit[own], suspicion[own])
        interval = bootstrap_interval(auroc_weighted, answers.counterfeit[own], suspicion[own])
        print(f"  {group}: {value:.4f} [{interval.low:.3f}, {interval.high:.3f}], {int(own.sum())} listings")


def print_difference(first: Answers, second: Answers) -> None:
    """The second run's mean of folds less the first's on the same listings, with its paired interval."""
    if first.listing != second.listing:
        raise SystemExit("the two runs answered different listings")
    found = paired_bootstrap(first.mean_of_folds, first.counterfeit, -first.authenticity, -second.authenticity)
    print(f"second less first, mean of folds: {found.value:+.4f} [{found.low:+.4f}, {found.high:+.4f}]")


if __name__ == "__main__":
    main()
