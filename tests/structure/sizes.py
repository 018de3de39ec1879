"""How much lies in one place: files in a folder, lines in a file, lines in a function."""

from __future__ import annotations

import ast
from collections import Counter

from tests.structure.sources import CODE, Tree

MAX_FILES = 20
MAX_FILE_LINES = 400
MIGRATIONS = "serving/store/migrations/versions"
MAX_FUNCTION_LINES = 60


def find_crowded_folders(tree: Tree) -> list[str]:
    """Name the folders with too many files of code side by side; `__init__.py` doesn't count.

    Nor do migrations, which alembic reads from one folder, in an order that their numbers give.
    """
    counts = files_by_folder(tree)
    counts.pop(MIGRATIONS, None)
    return [f"{folder}: {files} files" for folder, files in sorted(counts.items()) if files > MAX_FILES]


def files_by_folder(tree: Tree) -> Counter[str]:
    return Counter(
        str(source.path.parent)
        for source in tree.code
        if source.path.name != "__init__.py" and source.path.parts[0] in CODE
    )


def find_long_files(tree: Tree) -> list[str]:
    return [f"{source.path}: {len(source.lines)} lines" for source in tree.code if len(source.lines) > MAX_FILE_LINES]


def find_long_functions(tree: Tree) -> list[str]:
    """Name the Python functions that are too long, counted from `def` to their last line."""
    found = []
    for source in tree.python:
        for node in source.nodes:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > MAX_FUNCTION_LINES:
                    found.append(f"{source.path}:{node.lineno} {node.name}: {lines} lines")
    return found
