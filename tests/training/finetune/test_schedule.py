import pytest

from training.finetune.schedule import lr_share


def test_the_rate_rises_to_its_highest_and_falls_by_a_cosine() -> None:
    shares = [lr_share(step, steps=12, warmup_share=0.25) for step in range(12)]
    assert shares[:4] == pytest.approx([0.25, 0.5, 0.75, 1.0])
    assert shares[4:] == sorted(shares[4:], reverse=True)
    assert shares[6] == pytest.approx(0.75)  # a third of the way down: (1 + cos 60°) / 2
    assert 0 < shares[-1] < 0.05


def test_without_warm_up_the_first_step_has_the_highest_rate() -> None:
    assert lr_share(0, steps=10, warmup_share=0.0) == 1.0
