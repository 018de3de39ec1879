"""The label that a folder's name states, by the words that people give to the two classes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

ClassLabel = Literal["genuine", "counterfeit"]

CLASS_WORDS: Mapping[str, ClassLabel] = {
    **dict.fromkeys(("genuine", "real", "authentic", "original", "legit"), "genuine"),
    **dict.fromkeys(("counterfeit", "fake", "replica", "imitation", "forgery", "forgerie"), "counterfeit"),
}
_PLAIN_NOUNS = frozenset({"photo", "image", "picture", "pic", "listing", "item", "product", "sample", "offer"})


def label_of_name(name: str) -> ClassLabel | None:
    """The label that a folder's name states, such as genuine for `Real photos` and `1_authentic`; None for others."""
    words = re.split(r"[^a-z]+", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).casefold())
    singular = [word.removesuffix("s") for word in words if word]
    labels = {CLASS_WORDS.get(word) for word in singular if word not in _PLAIN_NOUNS}
    return labels.pop() if len(labels) == 1 else None
