"""Where a graph of sellers and of the values that they share hangs together by one value alone.

A node is a seller, or a value where its name has a space. The values whose removal parts the graph are its articulation
points (Tarjan 1972), found in one walk.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping

Graph = Mapping[str, set[str]]


def connected_parts(graph: Graph) -> Iterator[set[str]]:
    """Give the nodes of each connected part."""
    left = set(graph)
    while left:
        part, waiting = set[str](), [min(left)]
        while waiting:
            node = waiting.pop()
            if node not in part:
                part.add(node)
                waiting += [other for other in graph[node] if other not in part]
        yield part
        left -= part


def find_cuts(graph: Graph, group_from: int) -> list[tuple[str, str]]:
    """Give the values to take from sellers, so that groups of `group_from` sellers part that one value alone joins.

    A value that two or more sellers of both sides have joins them rightly. Cutting may show other such values, so the
    caller asks again until there are none.
    """
    cuts: list[tuple[str, str]] = []
    for part in connected_parts(graph):
        sellers = sum(" " not in node for node in part)
        if sellers >= 2 * group_from:
            cuts += _cuts_of(graph, min(node for node in part if " " not in node), sellers, group_from)
    return cuts


@dataclasses.dataclass(slots=True)
class _Visit:
    """A node of the walk: when it was reached, the earliest that its branch reaches, and the sellers in its branch."""

    at: int
    lowest: int
    parent: str | None
    others: Iterator[str]
    sellers: int


def _cuts_of(graph: Graph, root: str, sellers: int, group_from: int) -> list[tuple[str, str]]:
    visits: dict[str, _Visit] = {}
    stack = [root]
    visits[root] = _visit(graph, root, None, 0)
    while stack:
        node = stack[-1]
        visit = visits[node]
        other = next(visit.others, None)
        if other is not None:
            if other not in visits:
                visits[other] = _visit(graph, other, node, len(visits))
                stack.append(other)
            elif other != visit.parent:
                visit.lowest = min(visit.lowest, visits[other].at)
            continue
        stack.pop()
        if visit.parent is None:
            continue
        above = visits[visit.parent]
        above.lowest = min(above.lowest, visit.lowest)
        above.sellers += visit.sellers
        parts = " " in visit.parent and visit.lowest >= above.at
        if parts and min(visit.sellers, sellers - visit.sellers) >= group_from:
            inside = {one for one in graph[visit.parent] if one in visits and visits[one].at >= visit.at}
            if len(inside) == 1 or len(graph[visit.parent]) - len(inside) == 1:
                return [(visit.parent, one) for one in sorted(inside)]
    return []


def _visit(graph: Graph, node: str, parent: str | None, at: int) -> _Visit:
    return _Visit(at=at, lowest=at, parent=parent, others=iter(sorted(graph[node])), sellers=int(" " not in node))
