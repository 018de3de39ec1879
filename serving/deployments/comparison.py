"""Compares the verdicts of a shadow with the answered ones, product by product."""

from __future__ import annotations

from collections.abc import Sequence

from serving.principal import Principal
from serving.schemas.bundles import AuthenticityMove, ExampleCheck, OutcomeCount, ProductComparison, ShareChanged
from serving.store.deployment_rows import DeploymentRows, Moves, Pair
from vision.binomial import wilson_bounds

CERTAIN = frozenset({"genuine", "counterfeit"})


async def compare(principal: Principal, rows: DeploymentRows, pair: Pair, examples: int) -> list[ProductComparison]:
    """Give the comparison for each visible product with checks that both judged, with at most `examples` of these."""
    table = await rows.count_outcomes(principal, pair)
    moves = await rows.measure_moves(principal, pair)
    return [
        _product(product, counts, moves[product], await rows.find_examples(principal, pair, product, examples))
        for product, counts in table.items()
        if product in moves  # the first check of a product may be stored between the two queries
    ]


def wilson(hits: int, n: int) -> ShareChanged:
    """Give hits of n as a share with its 95 % score interval (Wilson 1927); n is at least 1."""
    low, high = wilson_bounds(hits, n)
    return ShareChanged(share=hits / n, low=low, high=high)


def _product(
    product: str, counts: Sequence[OutcomeCount], moves: Moves, examples: list[ExampleCheck]
) -> ProductComparison:
    checks = sum(count.checks for count in counts)
    differing = [count for count in counts if count.active != count.shadow]
    changed = sum(count.checks for count in differing)
    return ProductComparison(
        product=product,
        checks=checks,
        changed=changed,
        share_changed=wilson(changed, checks),
        crossed=sum(count.checks for count in differing if {count.active, count.shadow} == CERTAIN),
        outcomes=list(counts),
        authenticity_move=AuthenticityMove(n=moves.n, mean=moves.mean, mean_absolute=moves.mean_absolute),
        examples=examples,
    )
