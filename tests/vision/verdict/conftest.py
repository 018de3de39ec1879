import pytest

from tests.builders.bundle import write_tiny_bundle
from vision.bundle.bundle import Bundle


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    return write_tiny_bundle(tmp_path_factory.mktemp("bundle"), products=("toy", "other"))
