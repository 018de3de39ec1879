from __future__ import annotations

from pathlib import Path

import pytest

from serving.monitoring.tracing import TracingSettings
from serving.settings import ServeSettings, changed_settings, read_serve_settings, refuse_open_access
from serving.store.retention import RetentionSettings
from vision.config.cpu_limits import usable_cores
from vision.errors import ConfigError

BUNDLE = Path("bundle")


def test_a_key_in_the_store_is_one() -> None:
    refuse_open_access(ServeSettings(bundle=(BUNDLE,), host="0.0.0.0"), lambda: True)
    with pytest.raises(ConfigError, match="touchstone keys create"):
        refuse_open_access(ServeSettings(bundle=(BUNDLE,), host="0.0.0.0"), lambda: False)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.com"])
def test_beyond_loopback_a_key_or_allow_open_is_required(host: str) -> None:
    with pytest.raises(ConfigError, match="there is no API key"):
        refuse_open_access(ServeSettings(bundle=(BUNDLE,), host=host), lambda: False)
    refuse_open_access(ServeSettings(bundle=(BUNDLE,), host=host, api_key="k"), lambda: False)
    refuse_open_access(ServeSettings(bundle=(BUNDLE,), host=host, allow_open=True), lambda: False)


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "127.8.8.8"])
def test_on_loopback_no_key_is_required(host: str) -> None:
    refuse_open_access(ServeSettings(bundle=(BUNDLE,), host=host), lambda: False)


def test_settings_are_read_from_file_overrides_and_environment(tmp_path: Path) -> None:
    file = tmp_path / "serve.toml"
    file.write_text('bundle = ["a", "b"]\napi_key = "file"\n[products.toy]\ncounterfeit_share = 0.1\n')
    settings = read_serve_settings(file, ["port=9", "store=none"], {})
    assert settings.bundle == (Path("a"), Path("b"))
    assert (settings.port, settings.store_folder, settings.api_key) == (9, None, "file")
    assert settings.products["toy"].counterfeit_share == 0.1
    assert read_serve_settings(file, [], {"TOUCHSTONE_API_KEY": "environment"}).api_key == "environment"
    assert read_serve_settings(file, [], {"TOUCHSTONE_API_KEY": ""}).api_key == "file"
    assert (
        read_serve_settings(file, [], {"TOUCHSTONE_API_KEY": "mounted from a file\n"}).api_key == "mounted from a file"
    )
    assert settings.compute_threads == usable_cores()


def test_a_folder_is_a_bundle_served_with_the_defaults_and_the_overrides(tmp_path: Path) -> None:
    assert read_serve_settings(tmp_path, [], {}) == ServeSettings(bundle=(tmp_path,))
    settings = read_serve_settings(tmp_path, ["port=9", "store=none"], {"TOUCHSTONE_API_KEY": "key"})
    assert (settings.bundle, settings.port, settings.store_folder) == ((tmp_path,), 9, None)
    assert settings.api_key == "key"
    with pytest.raises(ConfigError, match=r"--set prot=9: .*port"):
        read_serve_settings(tmp_path, ["prot=9"], {})


@pytest.mark.parametrize(
    "override",
    [
        "max_photos=13",
        "max_photos=0",
        "port=70000",
        "retention_days=0",
        "products.toy.counterfeit_share=1",
        "bundle=[]",
    ],
)
def test_a_setting_out_of_range_is_refused_by_name(tmp_path: Path, override: str) -> None:
    file = tmp_path / "serve.toml"
    file.write_text('bundle = "a"\n')
    with pytest.raises(ConfigError, match=override.partition("=")[0].rpartition(".")[2]):
        read_serve_settings(file, [override], {})


def test_what_differs_from_the_defaults_is_given_without_secrets(tmp_path: Path) -> None:
    settings = ServeSettings(
        bundle=(tmp_path,), api_key="secret", max_waiting=7, database="postgresql://u:secret@db/touchstone",
        telemetry=TracingSettings(endpoint="http://u:secret@collector:4318"), retention=RetentionSettings(genuine=3),
    )  # fmt: skip
    assert changed_settings(settings) == {
        "bundle": str(tmp_path), "api_key": "set", "max_waiting": "7", "database": "set", "telemetry.endpoint": "set",
        "retention.genuine": "3",
    }  # fmt: skip
