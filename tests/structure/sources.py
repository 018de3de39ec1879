"""The repository's own sources, read once: the folders of code, the documentation and the configurations."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path, PurePosixPath

PRODUCT = ("vision", "training", "serving")
CODE = (*PRODUCT, "simulator", "tests", "benchmarks")
FOLDERS = (*CODE, "docs", "configs", "deploy")
CODE_SUFFIXES = (".py", ".js", ".css", ".html", ".j2")
TEXT_SUFFIXES = (*CODE_SUFFIXES, ".md", ".toml", ".yaml", ".service", ".sh")
TEXT_NAMES = ("Makefile", "Containerfile")


@dataclass(frozen=True, kw_only=True)
class Source:
    """One file: `path` is relative to the root of the tree, with slashes."""

    path: PurePosixPath
    text: str

    @property
    def is_code(self) -> bool:
        return self.path.suffix in CODE_SUFFIXES

    @property
    def is_python(self) -> bool:
        return self.path.suffix == ".py"

    @property
    def lines(self) -> list[str]:
        return self.text.splitlines()

    @cached_property
    def parsed(self) -> ast.Module:
        """The syntax tree of a Python file."""
        return ast.parse(self.text, filename=str(self.path))

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        """Every node of the syntax tree."""
        return tuple(ast.walk(self.parsed))


@dataclass(frozen=True, kw_only=True)
class Tree:
    """All files, in the order of their paths."""

    sources: tuple[Source, ...] = field(repr=False)

    @property
    def code(self) -> Iterator[Source]:
        return (source for source in self.sources if source.is_code)

    @property
    def python(self) -> Iterator[Source]:
        return (source for source in self.sources if source.is_python)

    @cached_property
    def paths(self) -> frozenset[str]:
        return frozenset(str(source.path) for source in self.sources)

    @cached_property
    def modules(self) -> dict[str, Source]:
        """Python files by dotted name; a package is named without `__init__`."""
        return {_module_name(source.path): source for source in self.python}


def read_tree(root: Path) -> Tree:
    """Read every text file of the known folders and of the root itself; caches and hidden files are left alone."""
    files = [path for path in root.glob("*") if path.is_file()]
    for folder in FOLDERS:
        files += [path for path in (root / folder).rglob("*") if path.is_file()]
    chosen = sorted(path for path in files if _is_text(path.relative_to(root)))
    return Tree(
        sources=tuple(
            Source(path=PurePosixPath(path.relative_to(root).as_posix()), text=path.read_text(encoding="utf-8"))
            for path in chosen
        )
    )


def _is_text(path: Path) -> bool:
    hidden = any(part.startswith(".") or part == "__pycache__" for part in path.parts)
    return not hidden and (path.suffix in TEXT_SUFFIXES or path.name in TEXT_NAMES)


def _module_name(path: PurePosixPath) -> str:
    parts = path.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
