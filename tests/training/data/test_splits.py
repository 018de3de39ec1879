from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from training.data.manifest import Label, Manifest, PhotoRow
from training.data.splits import Roles, assign_roles, group_folds
from training.errors import SplitError


def manifest_of(rows: list[PhotoRow]) -> Manifest:
    return Manifest(
        path=Path("m.csv"), rows=tuple(replace(row, row=n) for n, row in enumerate(rows, start=2)), sha256=""
    )


def photo(listing: str, label: Label | None = "genuine", product: str = "a", **more: object) -> PhotoRow:
    row = PhotoRow(row=0, photo=Path(f"{listing}.jpg"), label=label, product=product, listing=listing)
    return replace(row, **more)  # type: ignore[arg-type]


def listings_of(manifest: Manifest, rows: tuple[int, ...]) -> frozenset[str]:
    return frozenset(manifest.rows[index].listing for index in rows)


def big_manifest(seed: int = 0) -> Manifest:
    rng = random.Random(seed)
    counts = {("genuine", "a"): 200, ("counterfeit", "a"): 100, ("genuine", "b"): 40, ("counterfeit", "b"): 60}
    rows = []
    for (label, product), count in counts.items():
        for number in range(count):
            rows += [photo(f"{label}-{product}-{number}", label, product)] * rng.randint(1, 5)  # type: ignore[arg-type]
    return manifest_of(rows)


@st.composite
def manifests(draw: st.DrawFn) -> Manifest:
    labels: list[Label | None] = ["genuine", "counterfeit", None]
    rows = []
    for number in range(draw(st.integers(1, 40))):
        label = draw(st.sampled_from(labels))
        seller = draw(st.sampled_from([None, None, "S1", "S2", "S3", "S4"]))
        row = photo(f"L{number}", label, draw(st.sampled_from(["a", "b"])), seller=seller)
        rows += [row] * draw(st.integers(1, 4))
    return manifest_of(draw(st.permutations(rows)))


def assert_sound(manifest: Manifest, roles: Roles) -> None:
    dealt = [roles.fit, roles.stop, roles.calibrate, roles.report]
    labelled = [index for index, row in enumerate(manifest.rows) if row.label is not None]
    assert sorted(index for rows in dealt for index in rows) == labelled
    for group in ("listing", "seller"):
        names = [{getattr(manifest.rows[index], group) for index in rows} - {None} for rows in dealt]
        assert sum(map(len, names)) == len(set().union(*names)), f"a {group} straddles roles"


@given(manifests(), st.integers(0, 5))
@settings(deadline=None, max_examples=60)
def test_every_labelled_photo_gets_one_role_and_no_listing_or_seller_straddles(manifest: Manifest, seed: int) -> None:
    assert_sound(manifest, assign_roles(manifest, seed=seed, report_share=0.2))


@given(manifests(), st.integers(2, 4))
@settings(deadline=None, max_examples=60)
def test_group_folds_hold_every_row_out_once_and_keep_groups_whole(manifest: Manifest, k: int) -> None:
    rows = tuple(index for index, row in enumerate(manifest.rows) if row.label is not None)
    try:
        folds = group_folds(manifest, rows, k=k, seed=0)
    except SplitError:
        return
    assert sorted(index for _, held_out in folds for index in held_out) == sorted(rows)
    for train, held_out in folds:
        assert sorted(train + held_out) == sorted(rows)
        assert not listings_of(manifest, train) & listings_of(manifest, held_out)
        sellers = [{manifest.rows[index].seller for index in part} - {None} for part in (train, held_out)]
        assert not sellers[0] & sellers[1]


@given(st.randoms(use_true_random=False))
@settings(deadline=None, max_examples=10)
def test_roles_do_not_depend_on_the_order_of_rows(rng: random.Random) -> None:
    manifest = big_manifest()
    shuffled = list(manifest.rows)
    rng.shuffle(shuffled)
    other = manifest_of(shuffled)
    for name in ("fit", "stop", "calibrate"):
        before = listings_of(manifest, getattr(assign_roles(manifest, seed=3), name))
        assert listings_of(other, getattr(assign_roles(other, seed=3), name)) == before


def test_the_seed_decides() -> None:
    manifest = big_manifest()
    assert assign_roles(manifest, seed=1) == assign_roles(manifest, seed=1)
    assert assign_roles(manifest, seed=1) != assign_roles(manifest, seed=2)


def test_shares_hold_in_every_label_and_product() -> None:
    manifest = big_manifest()
    roles = assign_roles(manifest, stop_share=0.15, calibrate_share=0.25, report_share=0.1)
    total = Counter(name.rsplit("-", 1)[0] for name in manifest.listings)
    for name, share in (("fit", 0.5), ("stop", 0.15), ("calibrate", 0.25), ("report", 0.1)):
        dealt = Counter(listing.rsplit("-", 1)[0] for listing in listings_of(manifest, getattr(roles, name)))
        for stratum, count in total.items():
            assert abs(dealt[stratum] - share * count) <= 1, (name, stratum)


def test_a_share_of_nothing_gives_nothing() -> None:
    roles = assign_roles(big_manifest(), stop_share=0, calibrate_share=0)
    assert (roles.stop, roles.calibrate, roles.report) == ((), (), ())
    assert len(roles.fit) == len(big_manifest().rows)


def test_five_listings_of_a_class_reach_every_role() -> None:
    manifest = manifest_of([photo(f"{label}{n}", label) for label in ("genuine", "counterfeit") for n in range(5)])
    roles = assign_roles(manifest)
    for rows in (roles.fit, roles.stop, roles.calibrate):
        assert {manifest.rows[index].label for index in rows} == {"genuine", "counterfeit"}


def test_a_fold_is_the_test_set() -> None:
    manifest = manifest_of([photo(f"L{n}", "genuine" if n % 2 else "counterfeit", fold=n // 2 % 5) for n in range(100)])
    roles = assign_roles(manifest, fold=3)
    assert {manifest.rows[index].fold for index in roles.report} == {3}
    assert len(roles.report) == 20
    assert (len(roles.fit), len(roles.stop), len(roles.calibrate)) == (56, 12, 12)
    assert_sound(manifest, roles)


def test_an_unknown_fold_names_the_folds_there_are() -> None:
    with pytest.raises(SplitError, match=r"fold 7; its folds are \[0, 1\]"):
        assign_roles(manifest_of([photo("a", fold=0), photo("b", fold=1)]), fold=7)


def test_a_listing_in_two_folds_is_refused() -> None:
    with pytest.raises(SplitError, match="listing 'a' is in fold 0 and, in row 3, in fold 1"):
        assign_roles(manifest_of([photo("a", fold=0), photo("a", fold=1)]), fold=0)


def with_splits() -> Manifest:
    rows = []
    for split, count in (("train", 60), ("val", 20), ("test", 40)):
        rows += [photo(f"{split}{n}", "genuine" if n % 2 else "counterfeit", split=split) for n in range(count)]
    return manifest_of(rows)


def splits_of(manifest: Manifest, rows: tuple[int, ...]) -> Counter[str | None]:
    return Counter(manifest.rows[index].split for index in rows)


def test_train_fits_val_is_halved_and_test_reports() -> None:
    manifest = with_splits()
    roles = assign_roles(manifest)
    assert splits_of(manifest, roles.fit) == {"train": 60}
    assert splits_of(manifest, roles.stop) == {"val": 10}
    assert splits_of(manifest, roles.calibrate) == {"val": 10}
    assert splits_of(manifest, roles.report) == {"test": 40}
    assert_sound(manifest, roles)


def test_val_goes_where_it_is_wanted() -> None:
    manifest = with_splits()
    assert splits_of(manifest, assign_roles(manifest, stop_share=0).calibrate) == {"val": 20}
    assert splits_of(manifest, assign_roles(manifest, calibrate_share=0).stop) == {"val": 20}
    assert splits_of(manifest, assign_roles(manifest, stop_share=0, calibrate_share=0).fit) == {"train": 60, "val": 20}


def test_without_val_the_shares_come_from_train() -> None:
    manifest = with_splits().where(lambda row: row.split != "val")
    roles = assign_roles(manifest)
    assert splits_of(manifest, roles.stop)["train"] in {8, 9, 10}
    assert splits_of(manifest, roles.calibrate)["train"] in {8, 9, 10}
    assert splits_of(manifest, roles.report) == {"test": 40}
    assert_sound(manifest, roles)


def test_a_labelled_photo_without_a_split_is_refused() -> None:
    with pytest.raises(SplitError, match="row 3 has no split"):
        assign_roles(manifest_of([photo("a", split="train"), photo("b")]))


def test_a_seller_pulls_its_listings_into_one_role() -> None:
    rows = [photo(f"L{n}", "genuine" if n % 2 else "counterfeit", seller=f"S{n // 10}") for n in range(200)]
    manifest = manifest_of(rows)
    roles = assign_roles(manifest, report_share=0.2)
    assert_sound(manifest, roles)
    assert abs(len(roles.report) - 40) <= 10


def test_more_folds_than_groups_are_refused() -> None:
    manifest = manifest_of([photo("a"), photo("b"), photo("c", "counterfeit"), photo("d", "counterfeit")])
    with pytest.raises(SplitError, match="2 groups of counterfeit listings can't make 3 folds"):
        group_folds(manifest, range(4), k=3, seed=0)


def test_folds_are_alike_in_every_label_and_product() -> None:
    manifest = big_manifest()
    for _, held_out in group_folds(manifest, range(len(manifest.rows)), k=5, seed=0):
        dealt = Counter(listing.rsplit("-", 1)[0] for listing in listings_of(manifest, held_out))
        assert dealt == {"genuine-a": 40, "counterfeit-a": 20, "genuine-b": 8, "counterfeit-b": 12}


@pytest.mark.parametrize(
    "shares", [{"stop_share": 1.0}, {"calibrate_share": -0.1}, {"stop_share": 0.6, "calibrate_share": 0.4}]
)
def test_shares_that_leave_nothing_to_fit_are_refused(shares: dict[str, float]) -> None:
    with pytest.raises(SplitError):
        assign_roles(big_manifest(), **shares)  # type: ignore[arg-type]


def test_no_role_is_left_without_a_label_by_many_products_of_few_listings() -> None:
    labels: tuple[Label, ...] = ("genuine", "counterfeit")
    rows = [photo(f"{p}-{label}-{n}", label, f"p{p}") for p in range(10) for label in labels for n in range(4)]
    manifest = manifest_of(rows)
    roles = assign_roles(manifest)
    assert_sound(manifest, roles)
    for rows_of_role in (roles.stop, roles.calibrate):
        assert Counter(manifest.rows[row].label for row in rows_of_role) == {"genuine": 6, "counterfeit": 6}
