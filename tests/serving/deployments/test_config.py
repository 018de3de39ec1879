from __future__ import annotations

from serving.deployments.config import BatchingSettings


def test_auto_batches_unless_the_first_provider_is_the_cpu() -> None:
    auto, on, off = BatchingSettings(), BatchingSettings(mode="on"), BatchingSettings(mode="off")
    assert [one.applies_to("CPUExecutionProvider") for one in (auto, on, off)] == [False, True, False]
    assert [one.applies_to("CUDAExecutionProvider") for one in (auto, on, off)] == [True, True, False]
