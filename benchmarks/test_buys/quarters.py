"""Simulated quarters: listings with a verdict each and a truth that only a purchase shows."""

from __future__ import annotations

import dataclasses
from decimal import Decimal
from typing import Final

import numpy as np

from serving.test_buys.frame import FrameListing
from serving.test_buys.plan import Money

PRICE: Final = Decimal(40)
SHIPPING: Final = Decimal(10)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """What the quarters of a simulation have in common; the quarters differ around it.

    `prevalence` is the median share of counterfeits, `hidden` that of counterfeits that look nearly genuine.
    `wrong_by` is the deviation of the odds that the verdicts give, by logarithm, from the right ones. `purchases` are
    those that the whole budget pays, `lost` the share that comes to nothing.
    """

    listings: int = 3000
    prevalence: float = 0.10
    hidden: float = 0.10
    wrong_by: float = 0.5
    purchases: int = 150
    random_share: float = 1.0
    lost: float = 0.0

    @property
    def money(self) -> Money:
        """What each quarter's plan may spend."""
        return Money(
            budget=self.purchases * (PRICE + SHIPPING),
            default_price=PRICE,
            shipping=SHIPPING,
            random_share=self.random_share,
        )


SCENARIOS: Final[dict[str, Scenario]] = {
    "usual": Scenario(),
    "rare counterfeits": Scenario(prevalence=0.03),
    "small budget": Scenario(purchases=60),
    "rare and small": Scenario(prevalence=0.03, purchases=60),
    "sellers adapt": Scenario(hidden=0.40),
    "verdicts wrong": Scenario(prevalence=0.05, hidden=0.20, wrong_by=1.5, purchases=100),
    "large frame": Scenario(listings=6_000, prevalence=0.05, purchases=300),
    "half chosen": Scenario(random_share=0.5),
    "a fifth lost": Scenario(lost=0.20),
}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Quarter:
    """One quarter: its frame, and the check ids of what really is counterfeit."""

    frame: tuple[FrameListing, ...]
    counterfeit: frozenset[str]

    @property
    def precision(self) -> float | None:
        """The share of the flagged listings that is counterfeit; None where nothing was flagged."""
        flagged = {listing.check_id for listing in self.frame if listing.group == "flagged"}
        return len(flagged & self.counterfeit) / len(flagged) if flagged else None

    @property
    def recall(self) -> float | None:
        """The share of the counterfeits that was flagged; None where there is none."""
        flagged = {listing.check_id for listing in self.frame if listing.group == "flagged"}
        return len(flagged & self.counterfeit) / len(self.counterfeit) if self.counterfeit else None


def simulate(scenario: Scenario, rng: np.random.Generator) -> Quarter:
    """Simulate a quarter: its own prevalence, share of hidden counterfeits and calibration, and then its listings.

    The verdict compares a logit with two thresholds. Its distribution is normal for genuine listings, normal for
    plain counterfeits, and near the genuine ones for hidden counterfeits.
    """
    n = scenario.listings
    counterfeit = rng.random(n) < scenario.prevalence * np.exp(rng.normal(0.0, 0.3))
    hidden = counterfeit & (rng.random(n) < min(0.9, scenario.hidden * np.exp(rng.normal(0.0, 0.5))))
    logit = np.where(counterfeit, rng.normal(2.2, 1.3, n), rng.normal(-3.0, 1.3, n))
    logit = np.where(hidden, rng.normal(-1.2, 1.4, n), logit)
    outcome = np.where(logit > 0.3, "counterfeit", np.where(logit < -1.2, "genuine", "review"))
    shown = rng.normal(-1.5, scenario.wrong_by) + 1.6 * rng.lognormal(0.0, 0.2) * logit
    authenticity = 1 / (1 + np.exp(shown))
    seller = rng.integers(0, max(2, n // 12), n)
    frame = tuple(
        FrameListing(
            check_id=f"check-{place:06}",
            listing_id=f"listing-{place:06}",
            seller_id=f"seller-{seller[place]}",
            product=f"product-{place % 3}",
            outcome=str(outcome[place]),
            authenticity=float(authenticity[place]),
            price=None,
        )
        for place in range(n)
    )
    return Quarter(
        frame=frame, counterfeit=frozenset(frame[place].check_id for place in np.flatnonzero(counterfeit).tolist())
    )
