"""The version of the code that decodes photos, so that caches are invalidated when it changes."""

from __future__ import annotations

import ast
import hashlib
from functools import cache
from pathlib import Path
from types import ModuleType

import pi_heif
import PIL

import vision.inputs
import vision.photo


@cache
def decoder_version(*also: ModuleType) -> str:
    """A digest of the decoders' versions, of the code that turns bytes into the network's input, and of `also`."""
    digest = hashlib.sha256(f"Pillow {PIL.__version__}, pi_heif {pi_heif.__version__}".encode())
    photo = sorted(Path(vision.photo.__path__[0]).glob("*.py"))
    for file in (*photo, *(Path(str(module.__file__)) for module in (vision.inputs, *also))):
        digest.update(_statements(file.read_text(encoding="utf-8")).encode())
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
