"""How often the truth of a simulated quarter lies in the 95 % interval of its test buys.

`python -m benchmarks.test_buys.coverage --quarters 400` prints one row a scenario for docs/results.md.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from typing import Annotated

import numpy as np
import typer

from benchmarks.test_buys.quarters import SCENARIOS, Quarter, Scenario, simulate
from serving.test_buys.estimates import Estimate, Estimates, StratumResult, estimate
from serving.test_buys.plan import Proposal, propose


@dataclasses.dataclass(slots=True, kw_only=True)
class Covered:
    """How often a truth lay in its interval, below and above it, and what the intervals and shares were."""

    inside: int = 0
    below: int = 0
    above: int = 0
    widths: list[float] = dataclasses.field(default_factory=list)
    errors: list[float] = dataclasses.field(default_factory=list)

    @property
    def quarters(self) -> int:
        """How many quarters had this truth."""
        return self.inside + self.below + self.above

    @property
    def coverage(self) -> float:
        """The share of quarters whose truth lay in the interval."""
        return self.inside / self.quarters

    def add(self, truth: float | None, found: Estimate) -> None:
        """Count a quarter; one without a truth is left out."""
        if truth is None:
            return
        self.below += truth < found.low - 1e-12
        self.above += truth > found.high + 1e-12
        self.inside += found.low - 1e-12 <= truth <= found.high + 1e-12
        self.widths.append(found.high - found.low)
        if found.share is not None:
            self.errors.append(found.share - truth)

    def text(self) -> str:
        """Give coverage, sides, mean width and mean error as cells of a Markdown table."""
        return (
            f"{100 * self.coverage:.1f} % | {100 * self.below / self.quarters:.1f} + "
            f"{100 * self.above / self.quarters:.1f} % | {np.mean(self.widths):.2f} | {np.mean(self.errors):+.3f}"
        )


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """The coverage of precision and of recall over some quarters."""

    precision: Covered
    recall: Covered


def measure(scenario: Scenario, quarters: int, seed: int) -> Coverage:
    """Simulate quarters, plan and buy in each, and compare each truth with its interval."""
    rng = np.random.default_rng(seed)
    found = Coverage(precision=Covered(), recall=Covered())
    for number in range(quarters):
        quarter = simulate(scenario, rng)
        plan = propose(quarter.frame, scenario.money, {}, f"{seed}-{number}")
        estimates = _estimate(quarter, plan, scenario.lost, rng)
        found.precision.add(quarter.precision, estimates.precision)
        found.recall.add(quarter.recall, estimates.recall)
    return found


def _estimate(quarter: Quarter, plan: Proposal, lost: float, rng: np.random.Generator) -> Estimates:
    counts: list[Counter[str]] = [Counter() for _ in plan.strata]
    for buy in plan.buys:
        truth = "counterfeit" if buy.listing.check_id in quarter.counterfeit else "genuine"
        counts[buy.stratum]["missing" if rng.random() < lost else truth] += 1
    results = [
        StratumResult(
            stratum=stratum,
            genuine=count["genuine"],
            counterfeit=count["counterfeit"],
            missing=count["missing"],
            waiting=0,
        )
        for stratum, count in zip(plan.strata, counts, strict=True)
    ]
    return estimate(results, plan.seed)


def main(
    quarters: Annotated[int, typer.Option("--quarters", help="Quarters a scenario.")] = 400,
    seed: Annotated[int, typer.Option("--seed", help="Seed of the simulation.")] = 1,
    only: Annotated[str, typer.Option("--only", help="One scenario's name; empty: all.")] = "",
) -> None:
    """Print the coverage of precision and recall in each scenario."""
    typer.echo("| scenario | precision | low + high | width | error | recall | low + high | width | error |")
    typer.echo("|---|---|---|---|---|---|---|---|---|")
    for name, scenario in SCENARIOS.items():
        if only in ("", name):
            found = measure(scenario, quarters, seed)
            typer.echo(f"| {name} | {found.precision.text()} | {found.recall.text()} |")


if __name__ == "__main__":
    typer.run(main)
