from __future__ import annotations

import pytest

from serving.sellers.explanations import explain
from serving.sellers.kinds import WEIGHTS, TraceKind


@pytest.mark.parametrize("kind", WEIGHTS)
@pytest.mark.parametrize("values", [1, 3])
def test_every_kind_is_explained_in_sentences(kind: TraceKind, values: int) -> None:
    sentence = explain(kind, values, [], 2)
    assert sentence.startswith(("Both", "Photos of both"))
    assert sentence.endswith(". 2 sellers here have it.")
    assert "{" not in sentence


def test_what_is_shared_is_named() -> None:
    assert explain("contact", 1, ["phone …000"], 4) == "Both give the same contact: phone …000. 4 sellers here have it."
    assert ", …. " in explain("contact", 5, ["a", "b", "c", "d", "e"], 2)
