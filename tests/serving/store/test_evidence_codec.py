from __future__ import annotations

import numpy as np
import pytest

from serving.store.evidence_codec import pack_evidence, unpack_evidence
from vision.verdict import Evidence


def test_evidence_comes_back_as_it_was_to_three_digits() -> None:
    values = np.random.default_rng(0).normal(0, 2, (7, 10)).astype(np.float32)
    found = unpack_evidence(pack_evidence(Evidence(values=values, box=(-0.1, 0.0, 1.1, 1.0))))
    assert found.values.shape == (7, 10)
    assert found.values.dtype == np.float32
    assert np.allclose(found.values, values, rtol=1e-3, atol=1e-4)
    assert found.box == pytest.approx((-0.1, 0.0, 1.1, 1.0), abs=1e-6)


def test_evidence_takes_two_bytes_a_place() -> None:
    packed = pack_evidence(Evidence(values=np.zeros((10, 10), np.float32), box=(0.0, 0.0, 1.0, 1.0)))
    assert len(packed) == 200 + 21


def test_the_foreground_comes_back_to_a_hundredth_and_takes_a_byte_a_place() -> None:
    random = np.random.default_rng(0)
    values, foreground = random.normal(0, 2, (7, 10)).astype(np.float32), random.random((7, 10)).astype(np.float32)
    packed = pack_evidence(Evidence(values=values, box=(0.0, 0.0, 1.0, 1.0), foreground=foreground))
    assert len(packed) == 21 + 3 * 70
    found = unpack_evidence(packed)
    assert found.foreground is not None
    assert np.allclose(found.foreground, foreground, atol=0.002)
    assert np.allclose(found.values, values, rtol=1e-3, atol=1e-4)


def test_evidence_of_a_bundle_without_foreground_comes_back_without() -> None:
    packed = pack_evidence(Evidence(values=np.ones((3, 3), np.float32), box=(0.0, 0.0, 1.0, 1.0)))
    assert unpack_evidence(packed).foreground is None
