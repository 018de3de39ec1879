from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from serving.app import create_app
from serving.settings import ServeSettings
from vision.errors import BundleError


def test_importing_the_app_is_quick_and_imports_no_torch(tmp_path: Path) -> None:
    """It takes 1.3 times as long as the libraries that it can't do without: seconds would say more about the machine.

    Its own part is the models of a hundred routes and the tables, which are built when they are imported. Modules are
    compiled before, as they are where a server is installed: where no bytecode is written, that is half as much again.
    """
    program = (
        "import time, sys; start = time.process_time(); "
        "import cryptography.x509, fastapi, holidays, jinja2, numpy, obstore, onnxruntime, PIL.Image; "
        "import prometheus_client, sqlalchemy.orm, uvicorn; "
        "import sqlalchemy.dialects.postgresql, sqlalchemy.dialects.sqlite; libraries = time.process_time() - start; "
        "import serving.app; own = time.process_time() - start - libraries; "
        "heavy = {'torch', 'training', 'alembic', 'onnx'} & set(sys.modules); "
        "print(own / libraries, ','.join(sorted(heavy)))"
    )
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(tmp_path)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    command = [sys.executable, "-c", program]
    compiling, *answers = [subprocess.check_output(command, text=True, env=environment).split(" ") for _ in range(3)]
    assert [heavy.strip() for _, heavy in (compiling, *answers)] == ["", "", ""]
    assert min(float(ratio) for ratio, _ in answers) < 1.6


def test_an_app_whose_bundle_cannot_be_loaded_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(BundleError):
        create_app(ServeSettings(bundle=(tmp_path / "nowhere",), store="none"))


def test_stopping_an_app_ends_its_background_work_and_releases_the_store(tiny_bundle: Path, tmp_path: Path) -> None:
    settings = ServeSettings(bundle=(tiny_bundle,), store=str(tmp_path / "store"))

    async def run_once() -> None:
        app = create_app(settings)
        async with app.router.lifespan_context(app):
            assert len(asyncio.all_tasks()) > 1
        assert asyncio.all_tasks() == {asyncio.current_task()}

    for _ in range(2):  # the second one needs the lock of the first
        asyncio.run(run_once())


@pytest.mark.parametrize(
    ("settings", "guarded"), [({}, True), ({"api_key": "k"}, False), ({"allow_open": True}, False)]
)
def test_only_a_server_without_another_guard_refuses_foreign_hosts(
    tiny_bundle: Path, settings: dict[str, Any], guarded: bool
) -> None:
    app = create_app(ServeSettings(bundle=(tiny_bundle,), store="none", **settings))
    try:
        assert any("trusted_host" in getattr(layer.cls, "__module__", "") for layer in app.user_middleware) is guarded
    finally:
        app.state.services.close()
