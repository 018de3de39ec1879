"""Whether the held-out listings are enough to guarantee error limits, and for thresholds of each product's own."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from training.calibration.config import CalibrationConfig
from training.calibration.thresholds import Source, listings_for_own_thresholds
from training.data.photo_row import Label
from training.html.wording import percent
from training.statistics.bounds import listings_needed, listings_to_expect
from vision.bundle.metadata import ANY_PRODUCT, ListingCounts


def describe_sample_size(
    counts: Mapping[str, ListingCounts],
    config: CalibrationConfig,
    source: Source,
    unknown: Mapping[str, Label] = MappingProxyType({}),
) -> tuple[str, ...]:
    """One sentence for each limit, and each product, with too few held-out listings.

    `counts` are by product, with `*` for all. A limit is named with the listings that would guarantee it. A label
    without listings is not reported: training on genuine listings alone has none, nor has a product that is `unknown`.
    """
    return (*_of_all(counts[ANY_PRODUCT], config, source), *_of_products(counts, config, source, unknown))


def _of_all(all_listings: ListingCounts, config: CalibrationConfig, source: Source) -> Iterator[str]:
    if source == "out_of_fold":
        yield (
            "Thresholds are estimates: the listings that set them were predicted by cross-fitted networks, not by the "
            "network that ships."
        )
        yield from _of_estimates(all_listings, config)
        return
    for label, n, limit in _classes(all_listings, config):
        needed = listings_needed(limit)
        if n < needed and (n or config.unguaranteed == "review"):
            result = _estimate(n, limit) if config.unguaranteed == "estimate" else _out_of_reach(label)
            set_by = f"{n} held-out {label} listings set" if n else f"No held-out {label} listing sets"
            yield (
                f"{set_by} a threshold; to guarantee at most {percent(limit)} errors takes at "
                f"least {needed} ({needed - n} more), so {result}."
            )


def _of_estimates(all_listings: ListingCounts, config: CalibrationConfig) -> Iterator[str]:
    """What cross-fitted listings are worth: however many, they guarantee nothing."""
    for label, n, limit in _classes(all_listings, config):
        if config.unguaranteed == "review":
            yield f"calibration.unguaranteed is 'review', and estimates decide nothing there: {_out_of_reach(label)}."
        elif 0 < n < listings_to_expect(limit):
            yield f"{n} {label} listings set a threshold, so {_estimate(n, limit)}."


def _estimate(n: int, limit: float) -> str:
    """What an estimate of n listings is worth: of too few, the limit can't even be expected."""
    if n >= listings_to_expect(limit):
        return "the threshold is an estimate"
    return f"the threshold is a rough estimate (1 in {n + 1} is to be expected on its wrong side)"


def _out_of_reach(label: str) -> str:
    return "nothing is flagged" if label == "genuine" else "nothing is called genuine"


def _of_products(
    counts: Mapping[str, ListingCounts], config: CalibrationConfig, source: Source, unknown: Mapping[str, Label]
) -> Iterator[str]:
    products = {name: own for name, own in counts.items() if name != ANY_PRODUCT}
    if len(products) < 2:
        return
    needed = listings_for_own_thresholds(config.alpha, config.beta, config.unguaranteed)
    for name, own in products.items():
        if name in unknown:
            continue
        if min(own.genuine, own.counterfeit) < needed:
            yield (
                f"{name} uses the thresholds of all products together: its own take {needed} held-out listings of each "
                f"label, and it has {_count(own)} ({_missing(own, needed)})."
            )
        elif source == "held_out":
            yield from _own_estimates(name, own, config)


def _own_estimates(name: str, own: ListingCounts, config: CalibrationConfig) -> Iterator[str]:
    for label, n, limit in _classes(own, config):
        needed = listings_needed(limit)
        if n < needed:
            yield (
                f"{name} has thresholds of its own, but {n} {label} listings only estimate {percent(limit)} errors: "
                f"a guarantee takes at least {needed} ({needed - n} more)."
            )


def _classes(counts: ListingCounts, config: CalibrationConfig) -> tuple[tuple[str, int, float], ...]:
    return ("genuine", counts.genuine, config.alpha), ("counterfeit", counts.counterfeit, config.beta)


def _count(own: ListingCounts) -> str:
    return f"{own.genuine} genuine and {own.counterfeit} counterfeit"


def _missing(own: ListingCounts, needed: int) -> str:
    missing = [
        f"{needed - n} {label}"
        for label, n in (("genuine", own.genuine), ("counterfeit", own.counterfeit))
        if n < needed
    ]
    return f"{' and '.join(missing)} missing"
