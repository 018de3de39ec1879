"""The parts of a server by which verdicts become action: cases, test buys, clusters, evidence, groups, duties."""

from __future__ import annotations

import dataclasses
from collections.abc import Coroutine, Iterator, Mapping

from pydantic import JsonValue

from serving.cases.rules import follow_checks
from serving.cases.seller_side import SellerSide
from serving.cases.service import Cases
from serving.cases.standing_service import FastTrack
from serving.cases.timers import fire_periodically
from serving.checks.pictures import Pictures
from serving.compute.executor import Compute
from serving.deployments.switch import DeploymentSwitch
from serving.evidence.contents.sources import Sources
from serving.evidence.own_key import with_own_key
from serving.evidence.service import EvidenceFiles
from serving.groups.service import WorkingGroups
from serving.groups.signal_reader import SignalReader
from serving.groups.watching import GroupWatch
from serving.http.rate_limit import LINK_LIMIT, RateLimiter
from serving.sellers.contacts import find_texts
from serving.sellers.investigations import Investigations
from serving.settings import ServeSettings
from serving.store.store import Store
from serving.test_buys.service import BuyService
from serving.transparency.duties import Duties, open_duties


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Enforcement:
    """What a server with a store does beside checks; `link_limiter` limits who reads and answers by sellers' links."""

    store: Store
    cases: Cases
    seller_side: SellerSide
    link_limiter: RateLimiter
    fast_track: FastTrack
    test_buys: BuyService
    evidence_files: EvidenceFiles
    duties: Duties
    groups: WorkingGroups
    investigations: Investigations

    def background(self) -> Iterator[Coroutine[object, object, None]]:
        """Give what runs while the server does; each ends when it is cancelled."""
        yield fire_periodically(self.store.case_timer_rows)
        yield follow_checks(self.store.follower_rows, self.store.case_rule_rows)
        yield self.fast_track.evaluate_daily()
        yield self.duties.sender.run()
        yield self.groups.watch.run()
        yield self.investigations.run()

    def close(self) -> None:
        """Wait for running work."""
        self.investigations.close()


def open_enforcement(
    settings: ServeSettings, store: Store, *, pictures: Pictures, compute: Compute, switch: DeploymentSwitch
) -> Enforcement:
    """Open the parts on a store; raises ConfigError with the setting to change."""
    limits = settings.photo_limits
    return Enforcement(
        store=store,
        cases=Cases(store.case_rows, settings.transparency.policy),
        seller_side=SellerSide(store),
        link_limiter=RateLimiter(LINK_LIMIT, counted="requests"),
        fast_track=FastTrack(store.fast_track_rows, store.periodic_task_rows),
        test_buys=BuyService(store.test_buys),
        evidence_files=_open_evidence_files(settings, store, pictures, switch),
        duties=open_duties(store, settings.transparency),
        groups=_open_groups(settings, store, compute, switch),
        investigations=Investigations(store=store, switch=switch, limits=limits, timeout_s=settings.photo_timeout_s),
    )


def _open_evidence_files(
    settings: ServeSettings, store: Store, pictures: Pictures, switch: DeploymentSwitch
) -> EvidenceFiles:
    sources = Sources(store=store, draw=pictures.draw, bundles=lambda: switch.current, limits=settings.photo_limits)
    own_folder = None if store.is_shared else settings.store_folder
    return EvidenceFiles(sources, with_own_key(settings.evidence, own_folder))


def _open_groups(settings: ServeSettings, store: Store, compute: Compute, switch: DeploymentSwitch) -> WorkingGroups:
    reader = SignalReader(
        compute=compute,
        switch=switch,
        photos=store.photos,
        limits=settings.photo_limits,
        find_contacts=_find_contacts,
    )
    watch = GroupWatch(store=store.groups, reader=reader, followers=store.follower_rows)
    limit = settings.groups.questions_per_day
    return WorkingGroups(store=store.groups, reader=reader, watch=watch, questions_per_day=limit)


def _find_contacts(attributes: Mapping[str, JsonValue]) -> list[str]:
    return sorted({found.text for found in find_texts(attributes) if found.kind == "contact"})
