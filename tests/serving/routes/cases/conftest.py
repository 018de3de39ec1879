from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.serving.builders.cases.standing_site import Standing, standing_site


@pytest.fixture(scope="package")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standing]:
    with standing_site(tmp_path_factory.mktemp("standing")) as made:
        yield made
