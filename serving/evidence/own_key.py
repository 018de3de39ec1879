"""The key that a server makes for itself, so that evidence files can be made before anyone has set one up."""

from __future__ import annotations

import dataclasses
import importlib.util
import socket
from pathlib import Path
from typing import Final

from serving.clock import utc_now
from serving.evidence.config import EvidenceSettings
from serving.evidence.signing.keys import CERTIFICATE_FILE, KEY_FILE, make_key_pair

PACKAGES: Final = ("asn1crypto", "c2pa", "pyhanko", "reportlab")
OWN_KEYS: Final = "evidence-keys"
NAME_CHARACTERS: Final = 64


def missing_packages() -> list[str]:
    """Name the packages of the extra `documents` that are not installed."""
    return [name for name in PACKAGES if importlib.util.find_spec(name) is None]


def with_own_key(settings: EvidenceSettings, store_folder: Path | None) -> EvidenceSettings:
    """Give the settings with a key in the store's folder, made where there is none yet.

    They stay as they are where they name a key, where other servers use the store too (`store_folder` is None: each
    would sign with another key), and where the packages of evidence files are not installed. Raises ConfigError.
    """
    if settings.key is not None or store_folder is None or missing_packages():
        return settings
    folder = store_folder / OWN_KEYS
    if not (folder / CERTIFICATE_FILE).exists():
        (folder / KEY_FILE).unlink(missing_ok=True)  # of a start that was killed in between: it has signed nothing
        make_key_pair(folder, f"Touchstone on {socket.gethostname()}"[:NAME_CHARACTERS], utc_now())
    return dataclasses.replace(settings, key=folder / KEY_FILE, certificate=folder / CERTIFICATE_FILE)
