"""Outputs of many photos, row by row."""

import numpy as np

from training.model.outputs import PhotoOutputs, join_outputs


def outputs(*logits: float, with_all: bool = True) -> PhotoOutputs:
    logit = np.array(logits)
    if not with_all:
        return PhotoOutputs(logit=logit)
    return PhotoOutputs(logit=logit, product_logit=np.stack([logit, -logit], 1), novelty=logit + 10)


def test_rows_are_taken_in_the_order_that_is_asked_for() -> None:
    taken = outputs(0, 1, 2).take(np.array([2, 0]))
    assert taken.logit.tolist() == [2, 0]
    assert taken.product_logit is not None
    assert taken.product_logit.tolist() == [[2, -2], [0, 0]]
    assert taken.novelty is not None
    assert taken.novelty.tolist() == [12, 10]
    assert outputs(0, 1, with_all=False).take(np.array([1])).novelty is None


def test_parts_are_joined_in_their_order() -> None:
    joined = join_outputs([outputs(0, 1), outputs(2)])
    assert joined.logit.tolist() == [0, 1, 2]
    assert joined.product_logit is not None
    assert joined.product_logit.shape == (3, 2)
    assert joined.novelty is not None
    assert joined.novelty.tolist() == [10, 11, 12]


def test_an_output_that_one_part_lacks_is_left_out() -> None:
    joined = join_outputs([outputs(0, 1), outputs(2, with_all=False)])
    assert joined.logit.tolist() == [0, 1, 2]
    assert joined.product_logit is None
    assert joined.novelty is None
