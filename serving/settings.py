"""The settings of a server: one TOML file, typed overrides, and from the environment the API key and the database."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from serving.deployments.config import BatchingSettings, BundleOptions, ProductSettings
from serving.deployments.robustness_rule import RobustnessRule
from serving.evidence.config import EvidenceSettings
from serving.fetch.config import FetchSettings
from serving.groups.config import GroupSettings
from serving.http.loopback import is_loopback
from serving.http.rate_limit import RateLimitSettings
from serving.jobs.config import JobSettings
from serving.monitoring.drift import DriftSettings
from serving.monitoring.tracing import TracingSettings
from serving.store.photos.object_storage import ObjectStorageSettings
from serving.store.retention import MAX_DAYS, RetentionSettings
from serving.transparency.config import TransparencySettings
from serving.webhooks.config import WebhookSettings
from vision.check_shape import MAX_PHOTOS
from vision.config.cpu_limits import usable_cores
from vision.config.read import configure, read_config, setting
from vision.errors import ConfigError
from vision.photo.decode import PhotoLimits

API_KEY_VARIABLE = "TOUCHSTONE_API_KEY"
DATABASE_VARIABLE = "TOUCHSTONE_DATABASE"
NO_STORE = "none"
SECRET_WORDS = ("key", "secret", "password", "token", "database")  # in the names of settings whose values no log has


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ServeSettings:
    """Every setting of a server; sizes are in bytes, times in the unit of their name."""

    bundle: tuple[Path, ...] = setting(help="Bundle folder, or a list of them; each product may appear in one only.")
    bundles_folder: Path | None = setting(
        None, help="Folder whose subfolders are the bundles that may be activated while the server runs."
    )
    host: str = setting("127.0.0.1", help="Address to listen on; any but loopback needs an API key or allow_open.")
    port: int = setting(8000, help="Port to listen on; 0 takes a free one.")
    root_path: str = setting(
        "",
        help="Path under which a proxy in front shows this server, such as `/touchstone`; empty for none. The proxy "
        "may strip it from what it passes on, or leave it.",
    )
    store: str = setting(
        "./touchstone-data", help='Folder of photos, and of the embedded database; or "none" to store nothing.'
    )
    database: str = setting(
        "",
        help="Address of a PostgreSQL database that several servers may share, `postgresql://USER@HOST:5432/NAME`; "
        f"empty means SQLite in the store's folder. The environment's {DATABASE_VARIABLE} takes precedence; a "
        "password that the address lacks is taken from PGPASSWORD or ~/.pgpass.",
    )
    photos: str = setting(
        "",
        help="Where photos are kept: empty for the folder of the store, another folder, or `s3://bucket/prefix` for an "
        "S3-compatible storage, whose credentials come from the environment's AWS_* variables.",
    )
    object_storage: ObjectStorageSettings = setting(
        factory=ObjectStorageSettings, help="How the S3-compatible storage of `photos` is reached."
    )
    providers: tuple[str, ...] = setting(
        ("CPUExecutionProvider",),
        help="onnxruntime execution providers in order of preference, such as `TensorrtExecutionProvider` and "
        "`CUDAExecutionProvider`; the CPU replaces those that are not available.",
    )
    batching: BatchingSettings = setting(
        factory=BatchingSettings, help="Dynamic batching: photos of several checks in one run of the network."
    )
    robustness: RobustnessRule = setting(
        "mark",
        help="What becomes of a bundle that is beyond its limits on robustness: `mark` shows it as one that hangs on "
        "more than the product; `refuse_beyond` refuses to serve or activate it; `require_within` also refuses one of "
        "which a limit was not measured.",
    )
    check_store: bool = setting(
        True,
        help="Read the whole SQLite database at start and refuse to serve a damaged one; takes about 3 seconds a "
        "gigabyte on a fast disk.",
    )
    products: dict[str, ProductSettings] = setting(factory=dict, help="Settings per product name.")
    mode: Literal["enforce", "observe"] = setting(
        "enforce", help="`observe` marks each answer as advisory: it is stored, and not meant to be acted on."
    )
    retention_days: int | None = setting(
        None, help="Days after which a check is deleted with its photos and reviews; not set: never."
    )
    retention: RetentionSettings = setting(
        factory=RetentionSettings, help="Other days for some checks, by outcome and decision."
    )
    api_key: str | None = setting(
        None, help=f"Key that callers send as a Bearer token; the environment's {API_KEY_VARIABLE} takes precedence."
    )
    allow_open: bool = setting(
        False, help="Listen beyond loopback without an API key: anyone who can connect may then read and send."
    )
    max_photos: int = setting(MAX_PHOTOS, help=f"Maximum photos in one check, 1 to {MAX_PHOTOS}.")
    max_photo_bytes: int = setting(20 * 2**20, help="Maximum bytes of one photo as sent.")
    max_photo_pixels: int = setting(
        60_000_000,
        help="Maximum width times height of one photo; decoding takes up to 21 bytes a pixel, on each thread.",
    )
    photo_timeout_s: float = setting(
        30.0,
        help="Maximum seconds of one photo on its compute thread; a longer one is answered 503, and another thread "
        "replaces the one that hangs.",
    )
    max_request_bytes: int = setting(100 * 2**20, help="Maximum bytes of one request.")
    upload_timeout_s: float = setting(60.0, help="Maximum seconds until a request's body has arrived.")
    max_bytes_in_hand: int = setting(
        256 * 2**20,
        help="Maximum bytes of all request bodies and large answers in memory; more are answered 503. At least "
        "max_request_bytes.",
    )
    max_connections: int = setting(
        4096, help="Maximum open connections; for another one, the connection that has been idle longest is closed."
    )
    head_timeout_s: float = setting(10.0, help="Maximum seconds until a request's head has arrived.")
    keep_alive_s: float = setting(
        75.0, help="Seconds that an idle connection stays open; set it longer than that of a proxy in front."
    )
    send_timeout_s: float = setting(
        30.0, help="Seconds in which a client must read at least 32 KiB of an answer, else its connection is closed."
    )
    limits: RateLimitSettings = setting(factory=RateLimitSettings, help="Rate limits of one caller.")
    fetch: FetchSettings = setting(factory=FetchSettings, help="Photos by URL.")
    threads: int = setting(
        0, help="Compute threads; 0 means one per processor core that the process, or its container, may use."
    )
    compute_niceness: int = setting(
        5,
        help="Niceness of the compute threads, 0 to 19, added to that of the process. A larger one answers other "
        "requests sooner on a busy machine, and judges fewer photos beside other programs.",
    )
    max_waiting: int = setting(
        64, help="Maximum photos that wait for a compute thread; a further check is answered 503."
    )
    stop_timeout_s: int = setting(30, help="Maximum seconds for requests in flight to finish when the server stops.")
    log_format: Literal["text", "json"] = setting("text", help="Format of the log lines on standard error.")
    telemetry: TracingSettings = setting(factory=TracingSettings, help="Traces.")
    evidence: EvidenceSettings = setting(factory=EvidenceSettings, help="Evidence files, signed.")
    jobs: JobSettings = setting(factory=JobSettings, help="Jobs: many listings that are judged later.")
    groups: GroupSettings = setting(factory=GroupSettings, help="Working groups of members.")
    webhooks: WebhookSettings = setting(factory=WebhookSettings, help="Events and their delivery.")
    transparency: TransparencySettings = setting(
        factory=TransparencySettings, help="Statements of reasons, and reports of a marketplace."
    )
    drift: DriftSettings = setting(
        factory=DriftSettings, help="Drift detection against the bundle's validation sample."
    )

    def __post_init__(self) -> None:
        if not self.bundle:
            raise ConfigError("bundle: names no folder; train one, or set it with --set bundle=PATH")
        if not self.store:
            raise ConfigError('store: is empty; name a folder, or "none" to keep nothing')
        if self.database and self.store == NO_STORE:
            raise ConfigError('database: is set, but store = "none" keeps nothing; name the folder of photos in store')
        _within("port", self.port, 0, 65535)
        _within("max_photos", self.max_photos, 1, MAX_PHOTOS)
        _within("max_photo_bytes", self.max_photo_bytes, 1)
        _within("max_photo_pixels", self.max_photo_pixels, 1)
        _within("photo_timeout_s", self.photo_timeout_s, 0.1)
        _within("max_request_bytes", self.max_request_bytes, 1)
        _within("upload_timeout_s", self.upload_timeout_s, 0.1)
        _within("max_bytes_in_hand", self.max_bytes_in_hand, self.max_request_bytes)
        _within("max_connections", self.max_connections, 1)
        _within("head_timeout_s", self.head_timeout_s, 0.1)
        _within("keep_alive_s", self.keep_alive_s, 0.1)
        _within("send_timeout_s", self.send_timeout_s, 0.1)
        _within("threads", self.threads, 0)
        _within("compute_niceness", self.compute_niceness, 0, 19)
        _within("max_waiting", self.max_waiting, 0)
        _within("stop_timeout_s", self.stop_timeout_s, 0)
        if self.retention_days is not None:
            _within("retention_days", self.retention_days, 1, MAX_DAYS)

    @property
    def store_folder(self) -> Path | None:
        """The folder of the store, or None when nothing is stored."""
        return None if self.store == NO_STORE else Path(self.store).expanduser()

    @property
    def photo_limits(self) -> PhotoLimits:
        """The limits of one photo."""
        return PhotoLimits(max_bytes=self.max_photo_bytes, max_pixels=self.max_photo_pixels)

    @property
    def bundle_options(self) -> BundleOptions:
        """How every bundle is loaded."""
        return BundleOptions(
            providers=self.providers,
            products=self.products,
            photo_limits=self.photo_limits,
            batching=self.batching,
            robustness=self.robustness,
        )

    @property
    def compute_threads(self) -> int:
        """The number of compute threads, with 0 resolved to the cores that this process may use."""
        return self.threads or usable_cores()


def read_serve_settings(
    path: Path, overrides: Sequence[str] = (), environment: Mapping[str, str] = os.environ
) -> ServeSettings:
    """Read the file, then the overrides, then the environment; raises ConfigError naming the key.

    A folder is a bundle, which is served with the default settings and the overrides.
    """
    if path.is_dir():
        settings = configure(ServeSettings, {"bundle": str(path)}, overrides)
    else:
        settings = read_config(ServeSettings, path, overrides)
    # A secret that is mounted from a file ends in a line break, which no header can have.
    key = environment.get(API_KEY_VARIABLE, "").strip() or settings.api_key or None
    database = environment.get(DATABASE_VARIABLE, "") or settings.database
    return dataclasses.replace(settings, api_key=key, database=database)


def changed_settings(settings: ServeSettings) -> dict[str, str]:
    """Give the settings that differ from the defaults, by their keys; of a secret only that it is set."""
    return dict(_changed(settings, ""))


def _changed(section: Any, prefix: str) -> Iterator[tuple[str, str]]:
    for field in dataclasses.fields(section):
        key, value = prefix + field.name, getattr(section, field.name)
        default = field.default if field.default_factory is dataclasses.MISSING else field.default_factory()
        if dataclasses.is_dataclass(value):
            yield from _changed(value, f"{key}.")
        elif value != default:
            text = ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
            is_secret = any(word in field.name for word in SECRET_WORDS) or ("://" in text and "@" in text)
            yield key, "set" if is_secret else text


def refuse_open_access(settings: ServeSettings, has_stored_keys: Callable[[], bool]) -> None:
    """Raise ConfigError when the server would listen beyond loopback without an API key.

    `has_stored_keys` looks into the store, and is called only where that decides.
    """
    if settings.api_key or settings.allow_open or is_loopback(settings.host) or has_stored_keys():
        return
    raise ConfigError(
        f"host: {settings.host} is reachable from other machines and there is no API key; set {API_KEY_VARIABLE}, make "
        "a key with `touchstone keys create`, or use --set allow_open=true if a proxy in front asks for one"
    )


def _within(key: str, value: float, low: float, high: float = float("inf")) -> None:
    if not low <= value <= high:
        limits = f"at least {low}" if high == float("inf") else f"{low} to {high}"
        raise ConfigError(f"{key}: must be {limits}, got {value}")
