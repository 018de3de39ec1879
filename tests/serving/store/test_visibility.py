"""A member sees its own products' checks in every query of the store, and all else is as if it were not there."""

from __future__ import annotations

import asyncio
import dataclasses
import datetime
import importlib
import inspect
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from serving import store as package
from serving.errors import CheckNotFound
from serving.principal import SERVER, Principal
from serving.store.check_rows import NewCheck
from serving.store.deployment_rows import Pair, ShadowVerdict
from serving.store.idempotency_rows import Claim
from serving.store.lists.check_list import CheckFilter
from serving.store.store import Store
from tests.serving.builders.new_checks import NOW, digest, new_check
from tests.serving.builders.stores import Place, opened, photo_names

TOYS = Principal(name="k", rate_key="k", member_id="m", products=frozenset({"toy", "kite"}))
NOBODY = Principal(name="n", rate_key="n", member_id="n", products=frozenset())
PAIR = Pair(active_sha256="0" * 64, shadow_sha256="1" * 64)

# What gives nothing of a check, or is called by the server alone.
WITHOUT_PRINCIPAL = {
    "AgreementRows": set[str](),
    "AuditPartRows": set[str](),
    "BuyRows": set[str](),
    "ChecklistRows": set[str](),
    "ClusterRows": {"refresh"},
    "EvidenceRows": set[str](),
    "FastTrackRows": {"find_records"},  # of all members and rules, for the daily decision
    "FrameRows": {"count_labels", "read"},  # what a plan is drawn from; its route asks for the operator
    "GroupRows": set[str](),
    "ItemRows": set[str](),
    "MisuseRows": set[str](),
    "PlanRows": {"find_replayed"},  # by the hash of the caller's own Idempotency-Key
    "QuestionRows": set[str](),
    "RemovalRows": set[str](),
    "ServiceRows": set[str](),
    "TraceRows": {"add", "find_check", "finish"},
    "TrustedFlaggerRows": set[str](),
    "WatchRows": {"find_watchers", "report_matches"},
    "RunningKeyRows": {"give_back", "delete_expired", "end", "renew", "renew_periodically"},
    "AuditRows": {"append", "find_head", "delete_private_before"},
    "CaseNoticeRows": {"find_by_link", "add_evidence"},  # by a link's token, which no principal has
    "CaseRows": set[str](),
    "CaseRuleRows": {"open_for"},
    "CaseTimerRows": {"find_clocks", "find_due", "fire", "renew"},
    "CheckRows": {"add", "unused", "find_expired", "delete_keys_before"},
    "BuyersNoticeRows": set[str](),
    "ComplaintRows": {"add_by_link", "find_page"},  # by a link; the routes ask for the operator
    "FigureRows": {"count_period", "count_year"},  # numbers of all, of which what is published hides small ones
    "ReportRows": {"find", "find_all", "find_published"},  # what is published
    "StatementRows": {"count", "find_page", "lease", "prepare", "record"},
    "DeploymentRows": {
        "add_shadow_verdict", "announce", "find_latest", "latest_ids", "listening", "preparing", "wait_for_others",
    },
    "DeliveryRows": {
        "claim", "find_due", "find_oldest_waiting", "has_endpoints", "record", "release", "renew", "write_due",
    },
    "EndpointRows": set[str](),
    "ErasureRows": {"start", "find_open", "find_checks", "drop_lines", "finish"},
    "EventRows": {"number", "find_start", "delete_before"},
    "KeyRows": {"find_for_login", "has_any", "record_uses"},
    "JobLineRows": {
        "complete_jobs", "ended_jobs", "give_back", "has_open_jobs", "lease", "park", "photo_sha256s", "read_content",
        "renew", "retry", "running_jobs", "take_back",
    },
    "JobRows": {
        "add_judged", "add_lines", "begin", "delete_old", "discard", "end_receiving", "find_backlog", "find_old",
        "find_sent",
    },
    "MemberRows": set[str](),
    "PeriodicTaskRows": {"claim", "finish", "give_back", "turn"},
    "ReviewRows": set[str](),
    "UserRows": set[str](),
    "Store": {
        "keep", "keep_evidence", "forget_in_cases", "find_rendition", "keep_rendition", "delete_expired",
        "delete_old_keys", "remove_orphans", "close",
    },
}  # fmt: skip
FOLDER = Path(package.__file__).parent
MODULES = [
    "serving.store.store",
    *(".".join(("serving.store", *one.relative_to(FOLDER).with_suffix("").parts)) for one in FOLDER.rglob("*_rows.py")),
]
KINDS = [
    kind
    for name in sorted(MODULES)
    for kind in vars(importlib.import_module(name)).values()
    if inspect.isclass(kind) and kind.__module__ == name and kind.__name__.endswith(("Rows", "Store"))
]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_query_takes_a_principal(kind: type) -> None:
    """A new query, or a new class of rows, that takes none has to be named above with open eyes."""
    without = {
        name
        for name, method in vars(kind).items()
        if inspect.isfunction(method) and not name.startswith("_") and name not in ("ping", "now")
        if "Principal" not in [one.annotation for one in inspect.signature(method).parameters.values()]
    }
    assert without == WITHOUT_PRINCIPAL[kind.__name__]


CLAIM = Claim(key_sha256="key", fingerprint="f")


def test_every_class_of_rows_was_found() -> None:
    assert {kind.__name__ for kind in KINDS} == set(WITHOUT_PRINCIPAL)


def of_product(product: str, claim: Claim | None = None) -> NewCheck:
    new = new_check(product.encode(), b"of both", claim=claim)
    answer = new.answer.model_copy(update={"product": product})
    sender = TOYS.member_id if TOYS.sees(product) else None
    return dataclasses.replace(new, answer=answer, seller_id=f"{product}s", member_id=sender)


Scenario = Callable[[Store, str, str], Awaitable[None]]


def with_two(place: Place, scenario: Scenario) -> None:
    """Run with the ids of a check of the member's product, and of one of another's."""

    async def work() -> None:
        async with opened(place) as kept:
            own, other = of_product("toy"), of_product("mug", CLAIM)
            for new in (own, other):
                photos = [new.answer.product.encode(), b"of both"]
                await kept.keep(new, photos)
            await scenario(kept, own.answer.check_id, other.answer.check_id)

    asyncio.run(work())


def test_lists_and_counts_have_the_own_checks_alone(place: Place) -> None:
    async def scenario(kept: Store, own: str, other: str) -> None:
        rows = kept.check_rows
        for principal, seen in ((SERVER, {own, other}), (TOYS, {own}), (NOBODY, set())):
            page = await rows.find_page(principal, CheckFilter(), 9)
            assert {check.check_id for check in page.checks} == seen
            counts = await rows.count(principal, CheckFilter())
            assert counts.total == len(seen)
            assert {one.value for one in counts.product} <= {"toy"} or principal is SERVER
            assert len(counts.seller_id) == len(seen)
        assert (await rows.find_page(TOYS, CheckFilter(product="mug"), 9)).checks == []
        assert (await rows.count(TOYS, CheckFilter(product="mug"))).total == 0

    with_two(place, scenario)


def test_one_check_of_another_is_not_there(place: Place) -> None:
    async def scenario(kept: Store, own: str, other: str) -> None:
        now = NOW + datetime.timedelta(seconds=1)
        calls: list[Callable[[str], Awaitable[object]]] = [
            lambda check_id: kept.check_rows.find(TOYS, check_id),
            lambda check_id: kept.find_photo(TOYS, check_id, 0),
            lambda check_id: kept.find_evidence(TOYS, check_id, 0),
            lambda check_id: kept.review_rows.add(TOYS, check_id, "genuine", "", now),
            lambda check_id: kept.review_rows.withdraw(TOYS, check_id, now, review_id=1),
            lambda check_id: kept.delete_one(TOYS, check_id),
        ]
        for call in calls:
            with pytest.raises(CheckNotFound) as hidden:
                await call(other)
            with pytest.raises(CheckNotFound) as absent:
                await call("nope")
            assert str(hidden.value).replace(other, "nope") == str(absent.value)
            await call(own)
        found = await kept.check_rows.find(SERVER, other)
        assert (found.reviews, found.withdrawn_reviews) == ([], [])

    with_two(place, scenario)


def test_a_deletion_leaves_the_others_photos(place: Place) -> None:
    async def scenario(kept: Store, own: str, other: str) -> None:
        assert await kept.check_rows.photo_sha256s(TOYS, [own, other]) == {digest(b"toy"), digest(b"of both")}
        assert await kept.delete(TOYS, [own, other], lambda *_: None) == 1
        assert await kept.check_rows.photo_sha256s(SERVER, [own, other]) == {digest(b"mug"), digest(b"of both")}
        assert (await kept.find_photo(SERVER, other, 1)).sha256 == digest(b"of both")
        assert len(photo_names(place.folder)) == 2

    with_two(place, scenario)


def test_an_idempotency_key_gives_no_check_of_another(place: Place) -> None:
    async def scenario(kept: Store, own: str, other: str) -> None:
        found = await kept.check_rows.find_answer(SERVER, CLAIM, NOW)
        assert found is not None
        assert found.check_id == other
        with pytest.raises(CheckNotFound):
            await kept.check_rows.find_answer(TOYS, CLAIM, NOW)

    with_two(place, scenario)


def test_shadow_verdicts_of_others_are_left_out(place: Place) -> None:
    async def scenario(kept: Store, own: str, other: str) -> None:
        rows = kept.deployment_rows
        for check_id in (own, other):
            answer = await kept.check_rows.find(SERVER, check_id)
            await rows.add_shadow_verdict(
                ShadowVerdict(answer=answer, shadow_sha256="1" * 64, outcome="genuine", authenticity=0.9)
            )
        for principal, products in ((SERVER, {"toy", "mug"}), (TOYS, {"toy"}), (NOBODY, set())):
            assert set(await rows.count_outcomes(principal, PAIR)) == products
            assert set(await rows.measure_moves(principal, PAIR)) == products
            assert len(await rows.find_examples(principal, PAIR, "mug", 9)) == ("mug" in products)

    with_two(place, scenario)
