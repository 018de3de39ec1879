import dataclasses

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.builders.bundle import write_tiny_bundle
from vision.bundle.metadata import BundleMetadata, SupportFloor
from vision.errors import BundleError
from vision.inference.output_check import check_outputs

FLOOR = SupportFloor(listing=0.0, photo=0.0, loss=0.01, n=100, lost=1)
Values = dict[str, NDArray[np.generic]]


@pytest.fixture(scope="module")
def metadata(tmp_path_factory: pytest.TempPathFactory) -> BundleMetadata:
    return write_tiny_bundle(tmp_path_factory.mktemp("bundle"), products=("left", "right")).metadata


def outputs(**changed: tuple[int, ...]) -> Values:
    shapes = {"logit": (1,), "embedding": (1, 4), "evidence": (1, 8, 6), **changed}
    return {name: np.zeros(shape, np.float32) for name, shape in shapes.items()}


def check(values: Values, metadata: BundleMetadata, *, support: bool = False) -> None:
    floors = dict.fromkeys(metadata.products, FLOOR) if support else {}
    check_outputs(values, dataclasses.replace(metadata.graphs[0], support=floors), metadata)


def test_all_outputs_in_their_shapes_are_taken(metadata: BundleMetadata) -> None:
    check(outputs(), metadata)
    check(outputs(product_logit=(1, 2), novelty=(1,), foreground=(1, 8, 6)), metadata)
    check(outputs(product_logit=(1, 2)), metadata, support=True)


@pytest.mark.parametrize("support", [True, False])
@pytest.mark.parametrize("shape", [(1, 1), (1, 3), (1, 0), (2,), (1,), (), (2, 2), (1, 2, 1)])
def test_product_logit_has_a_column_for_each_product(
    metadata: BundleMetadata, shape: tuple[int, ...], support: bool
) -> None:
    with pytest.raises(BundleError) as caught:
        check(outputs(product_logit=shape), metadata, support=support)
    assert f"gives product_logit {list(shape)} for one photo: expected [1, 2], a column" in caught.value.message
    assert "(left, right)" in caught.value.message


@pytest.mark.parametrize(
    ("name", "shape", "expected"),
    [
        ("logit", (1, 1), r"expected \[1\]"),
        ("logit", (), r"expected \[1\]"),
        ("logit", (2,), r"expected \[1\]"),
        ("novelty", (1, 1), r"expected \[1\]"),
        ("novelty", (0,), r"expected \[1\]"),
        ("embedding", (4,), r"expected \[1, D\]"),
        ("embedding", (1, 4, 1), r"expected \[1, D\]"),
        ("embedding", (1, 0), "expected at least one value"),
        ("evidence", (1, 8), r"expected \[1, H, W\]"),
        ("evidence", (1, 1, 8, 6), r"expected \[1, H, W\]"),
        ("evidence", (1, 0, 6), "expected at least one value"),
        ("foreground", (1, 6, 8), r"expected \[1, 8, 6\], the grid of evidence"),
        ("foreground", (1, 16, 12), "the grid of evidence"),
        ("foreground", (8, 6), "the grid of evidence"),
    ],
)
def test_every_output_has_its_shape(metadata: BundleMetadata, name: str, shape: tuple[int, ...], expected: str) -> None:
    with pytest.raises(BundleError, match=expected):
        check(outputs(**{name: shape}), metadata)


@pytest.mark.parametrize("name", ["logit", "embedding", "evidence", "product_logit", "novelty", "foreground"])
def test_every_output_is_float32(metadata: BundleMetadata, name: str) -> None:
    values = outputs(product_logit=(1, 2), novelty=(1,), foreground=(1, 8, 6))
    values[name] = values[name].astype(np.float64)
    with pytest.raises(BundleError, match=f"gives {name} as float64"):
        check(values, metadata)


def test_support_floors_without_the_output_that_they_floor_are_refused(metadata: BundleMetadata) -> None:
    with pytest.raises(BundleError, match=r"gives no product_logit, and bundle\.json has support floors"):
        check(outputs(), metadata, support=True)
