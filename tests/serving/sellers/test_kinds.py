from __future__ import annotations

import pytest

from serving.sellers.kinds import (
    JOIN_BITS,
    MAX_FURTHER,
    STRONG_BITS,
    VERY_STRONG_BITS,
    WEIGHTS,
    Shared,
    TraceKind,
    bits_of,
    strength_of,
)


@pytest.mark.parametrize("kind", WEIGHTS)
def test_the_more_sellers_have_a_value_the_less_it_says_and_never_less_than_nothing(kind: TraceKind) -> None:
    strengths = [bits_of(kind, Shared(values=1, holders=holders)) for holders in range(2, 500)]
    assert strengths == sorted(strengths, reverse=True)
    assert strengths[0] == WEIGHTS[kind].first
    assert strengths[-1] == 0


@pytest.mark.parametrize("kind", WEIGHTS)
def test_further_values_of_a_kind_add_to_it_up_to_a_limit(kind: TraceKind) -> None:
    strengths = [bits_of(kind, Shared(values=values, holders=2)) for values in (1, 2, 1 + MAX_FURTHER, 50)]
    assert strengths == sorted(strengths)
    assert strengths[2] == strengths[3]


def test_a_strength_has_a_word() -> None:
    words = [strength_of(bits) for bits in (JOIN_BITS - 0.1, JOIN_BITS, STRONG_BITS, VERY_STRONG_BITS)]
    assert words == ["weak", "joins", "strong", "very_strong"]
