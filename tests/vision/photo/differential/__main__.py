"""Prints the table of docs/results.md: combinations, those refused, and the largest differences, by kind."""

from collections import defaultdict

from tests.vision.photo.differential.combination import Difference, measure
from tests.vision.photo.differential.test_differential import COMBINATIONS

by_kind = defaultdict[str, list[Difference]](list)
for combination in COMBINATIONS:
    by_kind[combination.kind].append(measure(combination))
print("| kind | combinations | refused by name | largest mean | largest 99 % |")
print("|---|---|---|---|---|")
for kind, found in by_kind.items():
    read = [one for one in found if one.refused is None]
    mean, percentile = (max((getattr(one, key) for one in read), default=0.0) for key in ("mean", "percentile_99"))
    print(f"| {kind} | {len(found)} | {len(found) - len(read)} | {mean:.2f} | {percentile:.0f} |")
print(f"| **all** | **{len(COMBINATIONS)}** | | | |")
