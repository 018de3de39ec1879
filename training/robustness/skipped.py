"""Why a change was not measured, in words."""

from training.robustness.robustness import Robustness


def why_skipped(robustness: Robustness) -> tuple[str, ...]:
    """A sentence for each change that was not made."""
    no_box = (
        f"none of the {len(robustness.drawn)} listings has a box (box_x0, box_y0, box_x1, box_y1) or a product_mask "
        "for every photo"
    )
    no_lender = "no listing has only photos for which one of the other label has a marked product with surroundings"
    return tuple(
        f"{change.name}: not measured, since {no_lender if robustness.boxed else no_box}."
        for change in robustness.skipped
    )
