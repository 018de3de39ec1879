from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from tests.training.builders.finetune_run import write_manifest
from training.data.manifest import Manifest


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    """Sums in one order, so that weights can be compared bit by bit; and quicker at this size."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="session")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> Manifest:
    return write_manifest(Path(tmp_path_factory.mktemp("items")))
