from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import pytest

T = TypeVar("T")


@pytest.fixture
def run_in_threads() -> Callable[..., list[object]]:
    """Runs a function `times` times in four threads and gives all results."""

    def run(function: Callable[[], T], *, times: int) -> list[T]:
        with ThreadPoolExecutor(4) as pool:
            return [future.result() for future in [pool.submit(function) for _ in range(times)]]

    return run
