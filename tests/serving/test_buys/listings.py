"""Made-up listings of a frame."""

from __future__ import annotations

from decimal import Decimal

from serving.test_buys.frame import FrameListing


def listing(
    number: int,
    outcome: str = "genuine",
    authenticity: float | None = 0.9,
    *,
    seller: str | None = None,
    product: str = "toy",
    price: Decimal | None = None,
) -> FrameListing:
    return FrameListing(
        check_id=f"c{number:05}",
        listing_id=f"l{number}",
        seller_id=seller,
        product=product,
        outcome=outcome,
        authenticity=authenticity,
        price=price,
    )


def made_frame(passed: int = 400, flagged: int = 40, open_ones: int = 30) -> list[FrameListing]:
    """Three groups, in each of which the authenticity differs from listing to listing."""
    frame = [listing(n, "genuine", 0.8 + 0.19 * n / passed, seller=f"s{n % 50}") for n in range(passed)]
    frame += [listing(1000 + n, "counterfeit", 0.02 + 0.1 * n / flagged, seller=f"s{n % 5}") for n in range(flagged)]
    frame += [listing(2000 + n, "review", 0.4 + 0.2 * n / open_ones) for n in range(open_ones)]
    return frame
