"""The version of the code that decodes photos, so that caches are invalidated when it changes."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from types import ModuleType

import PIL

import vision.inputs
import vision.photo.colour
import vision.photo.decode


@cache
def decoder_version(*also: ModuleType) -> str:
    """A digest of Pillow's version and of the code that turns bytes into the network's input, and of `also`."""
    digest = hashlib.sha256(f"Pillow {PIL.__version__}".encode())
    for module in (vision.photo.colour, vision.inputs, vision.photo.decode, *also):
        digest.update(Path(str(module.__file__)).read_bytes())
    return digest.hexdigest()
