from __future__ import annotations

import asyncio
import csv
import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from serving.reviews.label_export import export_labels
from serving.store.database.named_store import connect_store
from tests.builders.bundle import write_tiny_bundle
from tests.serving.builders.new_buys import DAY, OPERATOR, accepted, moved, new_buy, new_plan
from tests.serving.builders.new_checks import NOW, new_check
from tests.serving.builders.sample_photos import BLUE, RED, jpeg
from tests.serving.builders.stores import Place, opened
from tests.serving.servers.running import Running
from training.data.manifest import read_manifest
from vision.errors import ConfigError


def checked(server: Running, photos: list[bytes], decisions: list[str], **listing: Any) -> str:
    check_id: str = server.answer(*photos, listing=listing)["check_id"]
    for decision in decisions:
        assert server.http.post(f"/v1/checks/{check_id}/review", json={"decision": decision}).status_code == 201
    return check_id


def rows(file: Path) -> list[dict[str, str]]:
    with file.open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def test_reviews_become_a_manifest_that_training_reads(start: Callable[..., Running], tmp_path: Path) -> None:
    server = start()
    red, other, blue = jpeg(RED, seed=1), jpeg(RED, seed=2), jpeg(BLUE, seed=3)
    checked(server, [red, other], ["genuine"], listing_id="a", seller_id="s", views=["whole", None])
    checked(server, [blue], ["genuine", "counterfeit"], listing_id="b")  # the latest decision counts
    checked(server, [jpeg(seed=4)], ["genuine", "cant_tell"], listing_id="c")
    checked(server, [jpeg(seed=5)], [], listing_id="d")
    unnamed = checked(server, [jpeg(seed=6)], ["genuine"])
    out = tmp_path / "labels" / "reviewed.csv"
    out.parent.mkdir()
    exported = export_labels(str(tmp_path / "store"), out)  # the server still runs
    assert (exported.listings, exported.photos, exported.undecided) == ({"genuine": 2, "counterfeit": 1}, 4, 1)
    found = rows(out)
    assert [(row["listing"], row["label"]) for row in found] == [
        ("a", "genuine"), ("a", "genuine"), ("b", "counterfeit"), (unnamed, "genuine"),
    ]  # fmt: skip
    assert {row["source"] for row in found} == {"reviewer"}
    assert (found[0]["seller"], found[0]["view"], found[1]["view"]) == ("s", "whole", "")
    assert [(out.parent / row["photo"]).read_bytes() for row in found[:3]] == [red, other, blue]
    manifest = read_manifest(out)
    assert [row.label for row in manifest.rows] == ["genuine", "genuine", "counterfeit", "genuine"]
    assert {row.product for row in manifest.rows} == {"toy"}


def test_the_outcome_of_a_test_buy_is_believed_before_any_review(tmp_path: Path) -> None:
    async def decide() -> None:
        async with opened(Place(folder=tmp_path / "store")) as store:
            for photo, state, review in ((RED, "counterfeit", "genuine"), (BLUE, "cant_tell", "genuine")):
                new = new_check(jpeg(photo), created_at=NOW)
                answer = new.answer.model_copy(update={"listing_id": state})
                await store.keep(dataclasses.replace(new, answer=answer), [jpeg(photo)])
                period = {"since": NOW - DAY, "until": NOW} if state == "cant_tell" else {}
                plan = new_plan(new_buy(check_id=new.answer.check_id), **period, product=state)
                (buy_id,) = await accepted(store, plan)
                await moved(store, buy_id, state)  # type: ignore[arg-type]
                await store.review_rows.add(OPERATOR, new.answer.check_id, review, "", NOW)  # type: ignore[arg-type]

    asyncio.run(decide())
    exported = export_labels(str(tmp_path / "store"), tmp_path / "out.csv")
    assert exported.listings == {"counterfeit": 1, "genuine": 1}
    found = {row["listing"]: (row["label"], row["source"]) for row in rows(tmp_path / "out.csv")}
    assert found == {"counterfeit": ("counterfeit", "test_buy"), "cant_tell": ("genuine", "reviewer")}


def test_an_export_is_recorded_before_anything_is_written(start: Callable[..., Running], tmp_path: Path) -> None:
    server = start()
    checked(server, [jpeg(seed=1)], ["genuine"], listing_id="a")
    export_labels(str(tmp_path / "store"), tmp_path / "out.csv")
    [entry] = server.http.get("/v1/audit-log", params={"action": "labels.exported"}).json()["entries"]
    assert (entry["actor"]["name"], entry["details"]) == ("command-line", {"listings": {"genuine": 1}})
    server.stop()
    engine = connect_store(str(tmp_path / "store"))
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE audit_entries RENAME TO moved"))
    engine.dispose()
    with pytest.raises(ConfigError, match="not recorded"):
        export_labels(str(tmp_path / "store"), tmp_path / "second.csv")
    assert not (tmp_path / "second.csv").exists()


def test_a_listing_checked_twice_is_one_listing_with_its_latest_label(
    start: Callable[..., Running], tmp_path: Path
) -> None:
    server = start()
    shared = jpeg(seed=1)
    first = checked(server, [shared], [], listing_id="a")
    checked(server, [shared, jpeg(seed=2)], ["genuine"], listing_id="a")
    server.http.post(f"/v1/checks/{first}/review", json={"decision": "counterfeit"})
    export_labels(str(tmp_path / "store"), tmp_path / "out.csv")
    found = rows(tmp_path / "out.csv")
    assert [(row["listing"], row["label"]) for row in found] == [("a", "counterfeit")] * 2
    assert len({row["photo"] for row in found}) == 2


def test_a_withdrawn_decision_is_no_label(start: Callable[..., Running], tmp_path: Path) -> None:
    server = start()
    twice = checked(server, [jpeg(seed=1)], ["genuine", "counterfeit"], listing_id="a")
    once = checked(server, [jpeg(seed=2)], ["counterfeit"], listing_id="b")
    for check_id in (twice, once):
        latest = server.http.get(f"/v1/checks/{check_id}").json()["reviews"][-1]["review_id"]
        withdrawal = f"/v1/checks/{check_id}/review/withdrawal"
        assert server.http.post(withdrawal, json={"review_id": latest}).status_code == 200
    exported = export_labels(str(tmp_path / "store"), tmp_path / "out.csv")
    assert (exported.listings, exported.undecided) == ({"genuine": 1}, 0)
    assert [(row["listing"], row["label"]) for row in rows(tmp_path / "out.csv")] == [("a", "genuine")]


def test_a_listing_checked_as_two_products_is_two_listings(start: Callable[..., Running], tmp_path: Path) -> None:
    write_tiny_bundle(tmp_path / "two", products=("toy", "ball"))
    server = start(bundle=(tmp_path / "two",))
    checked(server, [jpeg(seed=1)], ["genuine"], listing_id="a", product="toy")
    checked(server, [jpeg(seed=2)], ["counterfeit"], listing_id="a", product="ball")
    export_labels(str(tmp_path / "store"), tmp_path / "out.csv")
    assert [(row["listing"], row["product"]) for row in rows(tmp_path / "out.csv")] == [
        ("a/toy", "toy"), ("a/ball", "ball"),
    ]  # fmt: skip


def test_where_there_is_no_store_the_message_says_so(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"holds no checks\.sqlite"):
        export_labels(str(tmp_path), tmp_path / "out.csv")


@pytest.mark.parametrize("space", [" ", "\u00a0", "\u3000", " \t"])
def test_spaces_around_an_id_make_no_other_listing(start: Callable[..., Running], tmp_path: Path, space: str) -> None:
    """As in the field: ids " ", "A1" and "A1 ", of which the audit refused the whole manifest."""
    server = start()
    unnamed = checked(server, [jpeg(seed=1)], ["genuine"], listing_id=space, seller_id=space)
    checked(server, [jpeg(seed=2)], ["counterfeit"], listing_id="A1")
    checked(server, [jpeg(seed=3)], ["genuine"], listing_id=f"{space}A1{space}", seller_id=f"s{space}")
    assert server.http.get(f"/v1/checks/{unnamed}").json()["listing_id"] is None
    assert len(server.http.get("/v1/checks", params={"listing_id": "A1 "}).json()["checks"]) == 2
    export_labels(str(tmp_path / "store"), tmp_path / "out.csv")
    manifest = read_manifest(tmp_path / "out.csv")
    assert [(row.listing, row.label) for row in manifest.rows] == [
        (unnamed, "genuine"), ("A1", "genuine"), ("A1", "genuine"),
    ]  # fmt: skip
    assert {row.seller for row in manifest.rows if row.listing == "A1"} == {"s"}


def test_an_id_that_reads_like_the_name_of_another_listing_stays_apart(
    start: Callable[..., Running], tmp_path: Path
) -> None:
    write_tiny_bundle(tmp_path / "two", products=("toy", "ball"))
    server = start(bundle=(tmp_path / "two",))
    for number, (listing, product, decision) in enumerate(
        (
            ("a", "toy", "genuine"),
            ("a", "ball", "counterfeit"),
            ("a/toy", "toy", "counterfeit"),
            ("a/ball", "ball", "genuine"),
        )
    ):
        checked(server, [jpeg(seed=number)], [decision], listing_id=listing, product=product)
    export_labels(str(tmp_path / "store"), tmp_path / "out.csv")
    manifest = read_manifest(tmp_path / "out.csv")
    assert [(row.listing, row.label) for row in manifest.rows] == [
        ("a/toy/2", "genuine"), ("a/ball/2", "counterfeit"), ("a/toy", "counterfeit"), ("a/ball", "genuine"),
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["=1+1", 'a,b "c"', "täst 😀", "-", "#x", "a;b", "\ufeffA"])
def test_awkward_ids_are_read_back_as_they_were_sent(start: Callable[..., Running], tmp_path: Path, text: str) -> None:
    server = start()
    checked(server, [jpeg(seed=1)], ["genuine"], listing_id=text, seller_id=text, views=[text])
    export_labels(str(tmp_path / "store"), tmp_path / "out.csv")
    (row,) = read_manifest(tmp_path / "out.csv").rows
    assert (row.listing, row.seller, row.view) == (text, text, text)
