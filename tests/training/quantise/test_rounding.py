import numpy as np
import pytest

from training.quantise.convolutions import Convolution
from training.quantise.rounding import round_rows, round_weights
from training.quantise.statistics import Inputs


def rounded(row: list[float], covariance: list[list[float]]) -> list[float]:
    result = round_rows(np.array([[row]]), np.array([covariance]), np.array([[1.0]]))
    return [float(value) for value in result[0, 0]]


def test_weights_of_unrelated_inputs_are_rounded_to_the_nearest() -> None:
    assert rounded([0.4, 1.6, -2.3], np.eye(3).tolist()) == [0, 2, -2]


def test_a_weight_makes_up_for_the_rounding_of_one_whose_input_is_the_same() -> None:
    assert sum(rounded([0.4, 0.4], [[1.0, 0.999], [0.999, 1.0]])) == 1  # 0.8 in all; the nearest would give 0


def test_what_varies_most_is_rounded_first() -> None:
    assert rounded([0.45, 0.45], [[1.0, 1.9], [1.9, 4.0]]) == [1, 0]  # the second is 0; the first takes twice its loss


def test_inputs_that_never_vary_do_no_harm() -> None:
    assert rounded([0.4, 1.6], [[0.0, 0.0], [0.0, 0.0]]) == [0, 2]


def test_the_bias_takes_what_rounding_does_to_the_mean() -> None:
    inputs = Inputs()
    inputs.add(np.array([[[2.0, 1.0], [2.0, 3.0]]], np.float32))  # one group, two places, mean 2 and 2
    convolution = Convolution(
        reads="x",
        result="y",
        weight=np.array([1.27, 0.304], np.float32).reshape(1, 2, 1, 1),
        bias=np.array([0.5], np.float32),
        groups=1,
        stride=1,
        pads=(0, 0, 0, 0),
        activation=None,
        ceiling=None,
    )
    result = round_weights(convolution, inputs, input_step=0.1)
    assert result.step == pytest.approx([0.01])
    assert result.weight.ravel().tolist() == [127, 30]
    assert result.bias == pytest.approx([0.5 + 2 * 0.004], abs=1e-6)


def test_a_bias_larger_than_all_weights_still_fits_its_int32() -> None:
    inputs = Inputs()
    inputs.add(np.ones((1, 2, 1), np.float32))
    convolution = Convolution(
        reads="x",
        result="y",
        weight=np.full((1, 1, 1, 1), 1e-9, np.float32),
        bias=np.array([5.0], np.float32),
        groups=1,
        stride=1,
        pads=(0, 0, 0, 0),
        activation=None,
        ceiling=None,
    )
    result = round_weights(convolution, inputs, input_step=0.02)
    assert abs(result.bias[0] / (0.02 * result.step[0])) < 2**31
