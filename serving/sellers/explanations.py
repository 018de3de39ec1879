"""Why two sellers are linked, in one sentence with what both share."""

from __future__ import annotations

from collections.abc import Sequence

from serving.sellers.kinds import TraceKind

_SHARED: dict[TraceKind, str] = {
    "photo": "Both show the same photo",
    "plain_photo": "Both show the same photo of the product alone",
    "background": "Photos of both show the same surroundings",
    "contact": "Both give the same contact",
    "address": "Both give the same address or link",
    "text": "Both have the same text",
    "attribute": "Both have the same value of",
    "place": "Both products show the same unusual place of evidence",
}
_SEVERAL: dict[TraceKind, str] = {
    "photo": "Both show the same {count} photos",
    "plain_photo": "Both show the same {count} photos of the product alone",
    "background": "Photos of both show the same surroundings in {count} parts",
    "contact": "Both give the same {count} contacts",
    "address": "Both give the same {count} addresses or links",
    "text": "Both have the same {count} texts",
    "attribute": "Both have the same values of",
    "place": "Both products show the same {count} unusual places of evidence",
}
_CHANGED: frozenset[TraceKind] = frozenset({"photo", "plain_photo"})
MAX_SHOWN = 3


def explain(kind: TraceKind, values: int, shown: Sequence[str], sellers: int) -> str:
    """Give the sentence: `shown` is what people see of the values, `sellers` how many here have the rarest of them."""
    text = _SHARED[kind] if values == 1 else _SEVERAL[kind].format(count=values)
    named = [one for one in shown if one][:MAX_SHOWN]
    if named:
        text += f": {', '.join(named)}" if kind != "attribute" else f" {', '.join(named)}"
        if values > len(named):
            text += ", …"
    if kind in _CHANGED:
        text += ", turned, mirrored, trimmed a little or in other colours where it differs"
    return f"{text}. {sellers} sellers here have it."
