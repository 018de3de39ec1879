import pytest
import torch
from torch import nn

from training.finetune.ema import WeightAverage, decay_at


def test_the_decay_warms_up_to_its_setting() -> None:
    assert decay_at(0, 0.995) == pytest.approx(0.1)
    assert decay_at(8, 0.995) == pytest.approx(0.5)
    assert decay_at(10_000, 0.995) == 0.995


def test_the_average_moves_towards_the_weights_by_what_it_does_not_keep() -> None:
    network = nn.Linear(1, 1, bias=False)
    nn.init.constant_(network.weight, 1.0)
    average = WeightAverage(network, decay=0.8)
    nn.init.constant_(network.weight, 2.0)
    average.follow(network, step=0)  # keeps 0.1
    assert average.network.get_parameter("weight").item() == pytest.approx(0.1 * 1 + 0.9 * 2)
    average.follow(network, step=1000)  # keeps 0.8
    assert average.network.get_parameter("weight").item() == pytest.approx(0.8 * 1.9 + 0.2 * 2)


def test_statistics_are_averaged_and_counters_copied() -> None:
    network = nn.BatchNorm1d(2)
    average = WeightAverage(network, decay=0.5)
    network(torch.tensor([[2.0, 0.0], [4.0, 0.0]]))  # the running mean goes from 0 to 0.1 * 3
    average.follow(network, step=1000)
    assert average.network.get_buffer("running_mean").tolist() == pytest.approx([0.15, 0.0])
    assert average.network.get_buffer("num_batches_tracked").item() == 1


def test_the_average_stays_in_evaluation_mode_and_learns_nothing_itself() -> None:
    average = WeightAverage(nn.Sequential(nn.Linear(1, 1), nn.Dropout()), decay=0.5)
    assert not average.network.training
    assert not any(parameter.requires_grad for parameter in average.network.parameters())
