"""Import cycles between the packages, at every depth: between what lies side by side in one package."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.structure.sources import PRODUCT, Source, Tree


def find_cycles(tree: Tree) -> list[str]:
    """Name the members of every import cycle, imports inside functions and for types included."""
    edges = [(name, target) for name, source in tree.modules.items() for target in _imported(tree, name, source)]
    packages = sorted({name.rpartition(".")[0] for name in tree.modules if name.partition(".")[0] in PRODUCT} - {""})
    found = []
    for package in packages:
        graph: dict[str, set[str]] = {}
        for start, end in edges:
            first, second = _child(package, start), _child(package, end)
            if first and second and first != second:
                graph.setdefault(first, set()).add(second)
        found += [f"{package}: {' <-> '.join(cycle)}" for cycle in _cycles(graph)]
    return found


def _imported(tree: Tree, name: str, source: Source) -> Iterator[str]:
    package = name if source.path.name == "__init__.py" else name.rpartition(".")[0]
    for node in source.nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = _absolute(package, node) if node.level else node.module or ""
            for alias in node.names:
                within = f"{base}.{alias.name}"
                yield within if within in tree.modules else base


def _absolute(package: str, node: ast.ImportFrom) -> str:
    parts = package.split(".")
    return ".".join([*parts[: len(parts) + 1 - node.level], *([node.module] if node.module else [])])


def _child(package: str, module: str) -> str:
    """Give what lies directly in `package` on the way to `module`, or nothing."""
    return module.removeprefix(f"{package}.").partition(".")[0] if module.startswith(f"{package}.") else ""


def _cycles(graph: dict[str, set[str]]) -> list[list[str]]:
    """Give the strongly connected groups of more than one node: those that reach each other."""
    reached = {node: _reach(graph, node) for node in graph}
    groups = {
        frozenset({node} | {other for other in reached[node] if node in reached.get(other, set())}) for node in graph
    }
    return sorted(sorted(group) for group in groups if len(group) > 1)


def _reach(graph: dict[str, set[str]], start: str) -> set[str]:
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        for node in graph.get(waiting.pop(), set()) - seen:
            seen.add(node)
            waiting.append(node)
    return seen
