"""What a run's listings are too few for, in sentences: which limits are only aimed at, who has no own thresholds."""

from collections.abc import Iterator, Mapping

from training.calibration.config import CalibrationConfig
from training.calibration.held_out import ListingCounts
from training.calibration.thresholds import Source, listings_for_own_thresholds
from training.html.wording import percent
from training.statistics.bounds import listings_needed
from vision.bundle.metadata import ANY_PRODUCT


def describe_shortfalls(
    counts: Mapping[str, ListingCounts], config: CalibrationConfig, source: Source
) -> tuple[str, ...]:
    """One sentence for each limit, and each product, that the held-out listings are too few for.

    `counts` are by product, with `*` for all. A limit is named with the listings that would guarantee it; a label that
    was never there is not missed, since training on genuine listings alone means to have none.
    """
    return (*_of_all(counts[ANY_PRODUCT], config, source), *_of_products(counts, config, source))


def _of_all(all_listings: ListingCounts, config: CalibrationConfig, source: Source) -> Iterator[str]:
    if source == "out_of_fold":
        yield "Thresholds are estimates: cross-fits judged the listings that set them, not the network that ships."
    for label, n, limit in _classes(all_listings, config):
        needed = listings_needed(limit)
        if n < needed and (n or config.unguaranteed == "review"):
            left = "the threshold is an estimate" if config.unguaranteed == "estimate" else _everything_to(label)
            yield (
                f"{n} {label} listings calibrate; to guarantee at most {percent(limit)} errors takes at least {needed} "
                f"held-out ones ({needed - n} more), so {left}."
            )


def _everything_to(label: str) -> str:
    return "nothing is flagged" if label == "genuine" else "nothing is called genuine"


def _of_products(counts: Mapping[str, ListingCounts], config: CalibrationConfig, source: Source) -> Iterator[str]:
    products = {name: own for name, own in counts.items() if name != ANY_PRODUCT}
    if len(products) < 2:
        return
    needed = listings_for_own_thresholds(config.alpha, config.beta, config.unguaranteed)
    for name, own in products.items():
        if min(own.genuine, own.counterfeit) < needed:
            yield (
                f"{name} takes the thresholds of all products together: its own take {needed} listings of each label, "
                f"and {_count(own)} calibrate ({_lacking(own, needed)})."
            )
        elif source == "held_out":
            yield from _own_estimates(name, own, config)


def _own_estimates(name: str, own: ListingCounts, config: CalibrationConfig) -> Iterator[str]:
    for label, n, limit in _classes(own, config):
        needed = listings_needed(limit)
        if n < needed:
            yield (
                f"{name} has thresholds of its own, but {n} {label} listings only estimate {percent(limit)} errors: "
                f"at least {needed} guarantee it ({needed - n} more)."
            )


def _classes(counts: ListingCounts, config: CalibrationConfig) -> tuple[tuple[str, int, float], ...]:
    return ("genuine", counts.genuine, config.alpha), ("counterfeit", counts.counterfeit, config.beta)


def _count(own: ListingCounts) -> str:
    return f"{own.genuine} genuine and {own.counterfeit} counterfeit"


def _lacking(own: ListingCounts, needed: int) -> str:
    lacking = [
        f"{needed - n} {label}"
        for label, n in (("genuine", own.genuine), ("counterfeit", own.counterfeit))
        if n < needed
    ]
    return f"{' and '.join(lacking)} lacking"
