"""The files in deploy/ against what they name: Kubernetes's schemas, our settings, routes, metrics and packages."""

from __future__ import annotations

import configparser
import re
import shlex
import subprocess
import tomllib
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from serving.checks.shadow import MAX_WAITING_BYTES
from serving.monitoring.metrics import Metrics
from serving.settings import API_KEY_VARIABLE, DATABASE_VARIABLE, ServeSettings, read_serve_settings
from tests.serving.contract.api_document import api_document
from tests.serving.servers.haproxy import find_haproxy

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "deploy"
MANIFESTS = sorted((DEPLOY / "kubernetes").glob("*/*.yaml"))


def documents(file: Path) -> list[dict[str, Any]]:
    return list(yaml.safe_load_all(file.read_text()))


def of_kind(file: Path, *kinds: str) -> dict[str, Any]:
    (found,) = [document for document in documents(file) if document["kind"] in kinds]
    return found


def pod(file: Path) -> dict[str, Any]:
    return of_kind(file, "Deployment", "StatefulSet")["spec"]["template"]["spec"]  # type: ignore[no-any-return]


def settings_of(file: Path, folder: Path) -> ServeSettings:
    """The settings that a pod's ConfigMap gives it."""
    path = folder / "serve.toml"
    path.write_text(of_kind(file, "ConfigMap")["data"]["serve.toml"])
    return read_serve_settings(path, environment={})


def folder_of(settings: ServeSettings) -> str | None:
    """The folder that a server writes to, None where it keeps nothing, or all of it elsewhere."""
    return None if settings.store == "none" or settings.photos.startswith("s3://") else settings.store


@pytest.fixture(params=MANIFESTS, ids=lambda file: file.parent.name)
def manifest(request: pytest.FixtureRequest) -> Path:
    return request.param  # type: ignore[no-any-return]


def test_there_are_pods_that_keep_and_pods_that_dont(tmp_path: Path) -> None:
    found = {file.parent.name: settings_of(file, tmp_path) for file in MANIFESTS}
    assert {name: folder_of(settings) for name, settings in found.items()} == {
        "stateless": None,
        "embedded": "/data",
        "stored": None,
    }
    assert [name for name, settings in found.items() if settings.store == "none"] == ["stateless"]


def test_every_document_is_what_kubernetes_takes(manifest: Path) -> None:
    for document in documents(manifest):
        kubernetes_validate.validate(document, "1.34", strict=True)


def test_a_misspelt_field_is_found(manifest: Path) -> None:
    document = of_kind(manifest, "Deployment", "StatefulSet")
    document["spec"]["template"]["spec"]["containers"][0]["readinesProbe"] = {}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(document, "1.34", strict=True)


def test_probes_ask_routes_that_ask_for_no_key(manifest: Path) -> None:
    paths = api_document()["paths"]
    (container,) = pod(manifest)["containers"]
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        route = paths[container[probe]["httpGet"]["path"]]["get"]
        assert "401" not in route["responses"]


def longest_stop_s(settings: ServeSettings) -> float:
    """Requests in flight, then the photo that one of them left running, and ten seconds to close the rest."""
    return settings.stop_timeout_s + settings.photo_timeout_s + 10


def test_a_pod_has_time_to_finish_what_it_does(manifest: Path, tmp_path: Path) -> None:
    (container,) = pod(manifest)["containers"]
    (wait,) = re.findall(r"sleep\((\d+)\)", container["lifecycle"]["preStop"]["exec"]["command"][-1])
    settings = settings_of(manifest, tmp_path)
    assert pod(manifest)["terminationGracePeriodSeconds"] > int(wait) + longest_stop_s(settings)


def test_a_pod_survives_the_largest_photos_on_all_threads(manifest: Path, tmp_path: Path) -> None:
    """21 bytes a pixel, as measured with WebP; a shadow's thread; half a gigabyte for the server and two bundles."""
    (container,) = pod(manifest)["containers"]
    limits, settings = container["resources"]["limits"], settings_of(manifest, tmp_path)
    threads = int(limits["cpu"]) + (0 if settings.store == "none" else 1)
    decoding = threads * settings.max_photo_pixels * 21
    (gibibytes,) = re.findall(r"^(\d+)Gi$", limits["memory"])
    assert int(gibibytes) * 2**30 > decoding + settings.max_bytes_in_hand + MAX_WAITING_BYTES + 500_000_000


def test_a_pod_runs_as_the_images_user_and_can_write_nothing_but_its_store(manifest: Path, tmp_path: Path) -> None:
    (uid,) = re.findall(r"^USER (\d+)$", (DEPLOY / "Containerfile").read_text(), re.MULTILINE)
    (container,) = pod(manifest)["containers"]
    assert pod(manifest)["securityContext"]["runAsNonRoot"] is True
    assert pod(manifest)["securityContext"]["runAsUser"] == int(uid) > 0
    assert container["securityContext"]["readOnlyRootFilesystem"] is True
    assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
    writable = {mount["mountPath"] for mount in container["volumeMounts"] if not mount.get("readOnly")}
    folder = folder_of(settings_of(manifest, tmp_path))
    assert writable == (set() if folder is None else {folder})


def test_scaling_follows_a_metric_that_the_server_has() -> None:
    scaler = of_kind(DEPLOY / "kubernetes" / "stateless" / "touchstone.yaml", "HorizontalPodAutoscaler")
    (metric,) = scaler["spec"]["metrics"]
    known = {family.name: family.type for family in Metrics().registry.collect()}
    assert known[metric["pods"]["metric"]["name"]] == "gauge"


def haproxy_times() -> dict[str, float]:
    """The time limits of the proxy's configuration, in seconds."""
    text = (DEPLOY / "haproxy" / "haproxy.cfg").read_text()
    return {name: float(value) for name, value in re.findall(r"^\s+timeout ([\w-]+) (\d+)s", text, re.MULTILINE)}


def test_haproxy_takes_its_configuration_as_it_is() -> None:
    command = [find_haproxy(), "-c", "-f", str(DEPLOY / "haproxy" / "haproxy.cfg")]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (checked.returncode, "warning" in checked.stderr.lower()) == (0, False), checked.stderr


def test_haproxy_asks_a_route_without_key_whether_a_server_is_ready() -> None:
    (path,) = re.findall(
        r"^\s+option httpchk GET (\S+)", (DEPLOY / "haproxy" / "haproxy.cfg").read_text(), re.MULTILINE
    )
    assert "401" not in api_document()["paths"][path]["get"]["responses"]


def test_haproxy_waits_longer_than_a_server_may_take_and_closes_idle_connections_first() -> None:
    settings = read_serve_settings(DEPLOY / "serve.toml", (), {})
    times = haproxy_times()
    assert times["client"] > settings.upload_timeout_s
    assert times["http-request"] > settings.head_timeout_s
    assert times["server"] > settings.upload_timeout_s + settings.photo_timeout_s
    assert times["http-keep-alive"] < settings.keep_alive_s


def test_the_store_of_one_server_is_given_to_one_pod() -> None:
    assert of_kind(DEPLOY / "kubernetes" / "embedded" / "touchstone.yaml", "StatefulSet")["spec"]["replicas"] == 1


def test_pods_that_share_a_store_are_several_apart_from_each_other_and_replaced_one_by_one(tmp_path: Path) -> None:
    file = DEPLOY / "kubernetes" / "stored" / "touchstone.yaml"
    deployment = of_kind(file, "Deployment")["spec"]
    assert deployment["replicas"] >= 2
    assert deployment["strategy"]["rollingUpdate"]["maxUnavailable"] == 0
    assert of_kind(file, "PodDisruptionBudget")["spec"]["maxUnavailable"] == 1
    spread = pod(file)["topologySpreadConstraints"]
    assert {one["topologyKey"] for one in spread} == {"kubernetes.io/hostname", "topology.kubernetes.io/zone"}
    labels = deployment["template"]["metadata"]["labels"]
    assert all(one["labelSelector"]["matchLabels"] == labels for one in spread)
    (container,) = pod(file)["containers"]
    secrets = {one["name"]: one["valueFrom"]["secretKeyRef"] for one in container["env"]}
    assert {API_KEY_VARIABLE, DATABASE_VARIABLE, "AWS_SECRET_ACCESS_KEY"} < set(secrets)
    settings = settings_of(file, tmp_path)
    assert settings.bundles_folder is not None  # activation reaches all pods, each of which loads it from there
    assert str(settings.bundles_folder) in {mount["mountPath"] for mount in container["volumeMounts"]}


def test_the_service_starts_a_server_with_settings_that_exist() -> None:
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[assignment, method-assign]
    unit.read(DEPLOY / "systemd" / "touchstone.service")
    command = shlex.split(unit["Service"]["ExecStart"])
    assert command[1:3] == ["serve", "/etc/touchstone/serve.toml"]
    overrides = [value for option, value in zip(command[3::2], command[4::2], strict=True) if option == "--set"]
    settings = read_serve_settings(DEPLOY / "serve.toml", overrides, {})
    assert settings.store == f"/var/lib/{unit['Service']['StateDirectory']}"
    assert int(unit["Service"]["TimeoutStopSec"]) > longest_stop_s(settings)


def test_the_image_holds_every_package_and_nothing_that_is_not_there() -> None:
    text = (DEPLOY / "Containerfile").read_text()
    copied = [name for line in re.findall(r"^COPY ([^-].*)$", text, re.MULTILINE) for name in line.split()[:-1]]
    assert all((ROOT / name).exists() for name in copied)
    packages = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"]["find"]["include"]
    assert {name.rstrip("*") for name in packages} <= set(copied)
    admitted = [line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")]
    assert all(any(fnmatch(name, pattern) for pattern in admitted) for name in copied)
