"""The version of the code that decodes photos, so that caches are invalidated when it changes."""

from __future__ import annotations

import ast
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
        digest.update(_statements(Path(str(module.__file__)).read_text(encoding="utf-8")).encode())
    return digest.hexdigest()


def _statements(source: str) -> str:
    """The code without comments, docstrings and imports: another wording or home of a file changes no photo."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list):
            node.body = [one for one in body if not _is_idle(one)]  # type: ignore[attr-defined]
    return ast.dump(tree)


def _is_idle(node: ast.stmt) -> bool:
    is_text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    return is_text or isinstance(node, ast.Import | ast.ImportFrom)
