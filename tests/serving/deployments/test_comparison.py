from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from serving.client import Client
from serving.deployments.comparison import wilson
from serving.schemas.bundles import ProductComparison
from tests.builders.bundle import write_tiny_bundle
from tests.serving.builders.sample_photos import BLUE, GREY, RED, jpeg
from tests.serving.servers.deploying import compared
from tests.serving.servers.running import Running

Start = Callable[..., Running]


def test_the_mean_difference_is_that_of_the_single_verdicts(site: Running, client: Client) -> None:
    client.bundle("tiny").shadow("v3")
    for seed in range(3):
        site.answer(jpeg(GREY, seed=seed))
    (product,) = compared(client, 3).products
    assert product.changed == 0
    assert product.examples == []
    # v3's logit is 0.25 higher: at slope 0.5 that moves 0.5 by about sigmoid'(0) / 8
    assert product.authenticity_move.n == 3
    assert product.authenticity_move.mean == pytest.approx(0.031, abs=0.003)
    assert product.authenticity_move.mean_absolute == product.authenticity_move.mean


def test_each_product_is_compared_separately(start: Start, tmp_path: Path) -> None:
    write_tiny_bundle(tmp_path / "two", products=("toy", "mug"))
    write_tiny_bundle(tmp_path / "candidates" / "v2", products=("mug", "toy"), version="2", slope=-20)
    site = start(bundle=(tmp_path / "two",), bundles_folder=tmp_path / "candidates")
    with Client(site.url) as client:
        client.bundle("tiny").shadow("v2")
        for product, colour in (("toy", RED), ("mug", GREY), ("mug", GREY)):
            site.answer(jpeg(colour), listing={"product": product})
        found = {product.product: product for product in compared(client, 3).products}
    assert {name: (product.checks, product.changed) for name, product in found.items()} == {
        "toy": (1, 1),
        "mug": (2, 0),
    }


def test_a_comparison_can_be_read_after_the_shadow_became_active(site: Running, client: Client) -> None:
    before = client.bundle("tiny").shadow("v2")
    site.answer(jpeg(RED))
    compared(client, 1)
    after = client.bundle("tiny").activate("v2")
    assert after.shadow is None
    assert client.bundle("tiny").comparison().products == []
    assert before.shadow is not None
    pair = {"active": before.active.sha256, "shadow": before.shadow.sha256}
    found = site.http.get("/v1/bundles/tiny/comparison", params=pair).json()
    assert ProductComparison.model_validate(found["products"][0]).changed == 1


def test_a_deleted_check_is_removed_from_the_comparison(site: Running, client: Client) -> None:
    client.bundle("tiny").shadow("v2")
    gone = site.answer(jpeg(RED))["check_id"]
    site.answer(jpeg(BLUE))
    compared(client, 2)
    client.delete(gone)
    (product,) = client.bundle("tiny").comparison().products
    assert product.checks == 1
    assert gone not in {example.check_id for example in product.examples}


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"), [(0, 10, 0.0, 0.2775), (5, 10, 0.2366, 0.7634), (1, 1, 0.2065, 1)]
)
def test_shares_have_the_wilson_score_interval(hits: int, n: int, low: float, high: float) -> None:
    found = wilson(hits, n)
    assert [found.low, found.high] == pytest.approx([low, high], abs=5e-5)
