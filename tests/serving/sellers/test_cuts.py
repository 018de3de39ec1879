from __future__ import annotations

import random
from collections import defaultdict

from serving.sellers.cuts import connected_parts, find_cuts


def graph_of(**values: str) -> dict[str, set[str]]:
    """Sellers of one letter, and the values that they have."""
    graph: dict[str, set[str]] = defaultdict(set)
    for value, sellers in values.items():
        for seller in sellers:
            graph[f"value {value}"].add(seller)
            graph[seller].add(f"value {value}")
    return graph


def test_a_value_of_one_seller_between_two_groups_is_cut_and_one_of_several_on_both_sides_is_not() -> None:
    assert find_cuts(graph_of(a="abc", b="xyz", c="cx"), 3) in ([("value c", "x")], [("value c", "c")])
    assert find_cuts(graph_of(a="abc", b="xyz", c="bcxy"), 3) == []
    assert find_cuts(graph_of(a="abc", b="xyz", c="abcx"), 3) != [], "a photo of one group, stolen from one of another"


def test_small_groups_and_two_values_are_not_cut() -> None:
    assert find_cuts(graph_of(a="abc", b="xy", c="cx"), 3) == []
    assert find_cuts(graph_of(a="abc", b="xyz", c="cx", d="by"), 3) == []


def test_a_long_chain_of_groups_is_walked_without_recursion() -> None:
    groups = {f"g{number}": [f"{number}-{place}" for place in range(3)] for number in range(3000)}
    graph: dict[str, set[str]] = defaultdict(set)
    for number in range(3000):
        for seller in groups[f"g{number}"]:
            graph[f"value g{number}"].add(seller)
            graph[seller].add(f"value g{number}")
        if number:
            for seller in (f"{number - 1}-2", f"{number}-0"):
                graph[f"value between {number}"].add(seller)
                graph[seller].add(f"value between {number}")
    [(value, _)] = find_cuts(graph, 3)
    assert value.startswith("value between")


def test_every_node_is_in_one_part_and_cuts_part_as_removing_the_value_would() -> None:
    rng = random.Random(3)
    for _ in range(200):
        values = {str(number): "".join(rng.sample("abcdefghijkl", rng.randint(2, 4))) for number in range(7)}
        graph = graph_of(**values)
        parts = list(connected_parts(graph))
        assert sorted(node for part in parts for node in part) == sorted(graph)
        for value, seller in find_cuts(graph, 3):
            without = {node: others - {value} for node, others in graph.items() if node != value}
            before = next(part for part in parts if value in part)
            after = [part for part in connected_parts(without) if part & before]
            sizes = sorted(sum(" " not in node for node in part) for part in after)
            assert len(after) > 1
            assert sum(size >= 3 for size in sizes) >= 1
            assert seller in graph[value]
