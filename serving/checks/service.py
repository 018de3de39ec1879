"""The check service: the order of a check, which is shape, idempotency, fetching, judging, deciding, storing."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import datetime
import functools
import hashlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Literal

from serving.checks.fetching import FetchedPhotos, fetch_photos, fetch_photos_in_background
from serving.checks.idempotency import Idempotency, make_claim
from serving.checks.request import CheckRequest
from serving.checks.shadow import Shadow
from serving.clock import utc_now
from serving.compute.deadline import Deadline
from serving.compute.executor import Compute
from serving.deployments.switch import DeploymentSwitch
from serving.fetch.errors import TEMPORARY_CODES
from serving.monitoring.instrumentation import Instrumentation
from serving.principal import Principal
from serving.schemas.checks import BundleUsed, Check, CheckThresholds, PhotoAnswer, PhotoFault, Reason, utc_text
from serving.store.check_rows import NewCheck, NewPhoto
from serving.store.evidence_codec import pack_evidence
from serving.store.idempotency_rows import Claim
from serving.store.job_line_rows import LeasedLine
from serving.store.sortable_id import new_id
from serving.store.store import Store
from vision.bundle.robustness import robustness_state
from vision.check_shape import require_shape
from vision.detector import Detector
from vision.verdict import AuthenticityThresholds, PhotoJudgement, PhotoVerdict, Verdict

if TYPE_CHECKING:
    from serving.fetch.fetcher import Fetcher


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class CheckRules:
    """The settings of every check."""

    mode: Literal["enforce", "observe"]
    max_photos: int


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A verdict as it is answered; `replayed` where an earlier request with the same Idempotency-Key had it first."""

    check: Check
    replayed: bool


class CheckService:
    """Judges listings. Without a store nothing is kept, and an Idempotency-Key has no effect.

    Without a fetcher, photos by URL are refused. `idempotency` has the keys in hand, also of checks for later.
    """

    def __init__(
        self,
        *,
        switch: DeploymentSwitch,
        compute: Compute,
        store: Store | None,
        instrumentation: Instrumentation,
        rules: CheckRules,
        shadow: Shadow | None,
        fetcher: Fetcher | None = None,
    ) -> None:
        self._switch = switch
        self._compute = compute
        self._store = store
        self._instrumentation = instrumentation
        self._rules = rules
        self._shadow = shadow
        self._fetcher = fetcher
        self.idempotency = None if store is None else Idempotency(store.check_rows, store.running_keys)

    @property
    def fetches_photos(self) -> bool:
        """Whether photos may be sent by URL."""
        return self._fetcher is not None

    async def check(
        self, principal: Principal, request: CheckRequest, *, key: str | None, deadline: Deadline
    ) -> Answer:
        """Judge a listing once per Idempotency-Key; raises CheckError, RequestRefused or Unavailable.

        A check whose deadline passes or whose caller leaves is dropped until it is judged; a judged one is stored.
        """
        require_shape(len(request.photos), request.views, max_photos=self._rules.max_photos)
        product, detector = self._switch.current.find_product(principal, request.product, request.listing_id)
        if key is None or self.idempotency is None:
            return Answer(
                check=await self._fetch_and_judge(principal, request, product, detector, None, deadline), replayed=False
            )
        claim = await self.claim_of(key, principal, request)
        async with self.idempotency.hold(principal, claim, utc_now()) as earlier:
            if earlier is not None:
                return Answer(check=earlier, replayed=True)
            check = await self._fetch_and_judge(principal, request, product, detector, claim, deadline)
            return Answer(check=check, replayed=False)

    async def claim_of(self, key: str, principal: Principal, request: CheckRequest) -> Claim:
        """Give what a key stands for, once the photos are hashed, off the event loop; raises IdempotencyKeyInvalid."""
        return make_claim(key, principal.name, request, await asyncio.to_thread(_hash_all, request.photos))

    async def check_line(
        self,
        request: CheckRequest,
        *,
        line: LeasedLine,
        start: Callable[[Sequence[PhotoJudgement]], Awaitable[Deadline]],
    ) -> Check:
        """Judge a line of a job, which ends as its check is stored; raises as `check` does, and what `start` raises.

        `start` is awaited between fetching and judging, with the photos that could not be fetched.
        """
        require_shape(len(request.photos), request.views, max_photos=self._rules.max_photos)
        caller = line.job.caller
        product, detector = self._switch.current.find_product(caller, request.product, request.listing_id)
        if request.urls is None:
            return await self._judge_and_keep(caller, request, product, detector, line, await start(()))
        async with self._fetched(fetch_photos_in_background(request, self._fetcher, caller)) as fetched:
            deadline = await start(fetched.failed)
            return await self._judge_and_keep(
                caller, fetched.request, product, detector, line, deadline, fetched.failed
            )

    async def _fetch_and_judge(
        self,
        principal: Principal,
        request: CheckRequest,
        product: str,
        detector: Detector,
        claim: Claim | None,
        deadline: Deadline,
    ) -> Check:
        if request.urls is None:
            return await self._judge_and_keep(principal, request, product, detector, claim, deadline)
        async with self._fetched(fetch_photos(request, self._fetcher, principal, deadline)) as fetched:
            return await self._judge_and_keep(
                principal, fetched.request, product, detector, claim, deadline, fetched.failed
            )

    @contextlib.asynccontextmanager
    async def _fetched(self, fetching: AbstractAsyncContextManager[FetchedPhotos]) -> AsyncIterator[FetchedPhotos]:
        async with contextlib.AsyncExitStack() as held:
            with self._instrumentation.stage("fetch"):
                fetched = await held.enter_async_context(fetching)
            yield fetched

    async def _judge_and_keep(
        self,
        principal: Principal,
        request: CheckRequest,
        product: str,
        detector: Detector,
        origin: Claim | LeasedLine | None,
        deadline: Deadline,
        failed: Sequence[PhotoJudgement] = (),
    ) -> Check:
        start = time.perf_counter()
        created_at = utc_now()
        with self._instrumentation.stage("judge"):
            skipped = {judgement.index for judgement in failed}
            judgements = await self._compute.run_all(
                [
                    functools.partial(detector.judge_photo, data, index, with_hash=len(request.photos) > 1)
                    for index, data in enumerate(request.photos)
                    if index not in skipped
                ],
                deadline,
            )
            judgements = sorted([*judgements, *failed], key=lambda judgement: judgement.index)
            self._instrumentation.observe_photos(judgements)
        with self._instrumentation.stage("decide"):
            verdict = detector.decide_listing(judgements, product=product, views=request.views)
        answer = self._answer(request, verdict, detector, created_at, start)
        if self._store is not None:
            with self._instrumentation.stage("store"):
                new = _new_check(principal, request, answer, created_at, judgements, origin)
                await self._store.keep(new, request.photos)
        self._instrumentation.observe_answer(answer, detector, judgements)
        if self._shadow is not None:
            self._shadow.offer(request, answer)
        return answer

    def _answer(
        self,
        request: CheckRequest,
        verdict: Verdict,
        detector: Detector,
        created_at: datetime.datetime,
        start: float,
    ) -> Check:
        check_id = new_id(created_at)
        kept = self._store is not None
        urls = request.urls or [None] * len(request.photos)
        return Check(
            check_id=check_id,
            listing_id=request.listing_id,
            product=verdict.product,
            outcome=verdict.outcome,
            authenticity=verdict.authenticity,
            thresholds=_thresholds(verdict.thresholds),
            authenticity_kind=verdict.authenticity_kind,
            counterfeit_share=verdict.counterfeit_share,
            novelty=verdict.novelty,
            advisory=self._rules.mode == "observe",
            reasons=[Reason(code=r.code, message=r.message, photo=r.photo) for r in verdict.reasons],
            photos=[_photo_answer(photo, check_id if kept else None, urls[photo.index]) for photo in verdict.photos],
            bundle=bundle_used(detector),
            created_at=utc_text(created_at),
            elapsed_ms=round(1000 * (time.perf_counter() - start), 1),
        )


def _hash_all(photos: Sequence[bytes]) -> list[str]:
    """The sha256 of each photo: a millisecond or two for each megabyte."""
    return [hashlib.sha256(photo).hexdigest() for photo in photos]


def bundle_used(detector: Detector) -> BundleUsed:
    """Name the bundle and graph behind an answer."""
    metadata = detector.bundle.metadata
    return BundleUsed(
        name=metadata.name,
        version=metadata.version,
        sha256=detector.bundle.sha256,
        graph=detector.scorer.graph.precision,
        robustness=robustness_state(metadata.robustness),
    )


def _thresholds(thresholds: AuthenticityThresholds | None) -> CheckThresholds | None:
    if thresholds is None:
        return None
    return CheckThresholds(counterfeit_below=thresholds.counterfeit_below, genuine_above=thresholds.genuine_above)


def _photo_answer(photo: PhotoVerdict, check_id: str | None, source_url: str | None) -> PhotoAnswer:
    evidence, address = photo.evidence, f"/v1/checks/{check_id}/photos/{photo.index}"
    has_evidence = evidence is not None and check_id is not None
    has_outline = evidence is not None and evidence.foreground is not None and check_id is not None
    return PhotoAnswer(
        index=photo.index,
        sha256=photo.sha256,
        outcome=photo.outcome,
        authenticity=photo.authenticity,
        quality=list(photo.quality),
        novelty=photo.novelty,
        matches=list(photo.matches),
        evidence_url=f"{address}/evidence" if has_evidence else None,
        product_share=None if photo.product_share is None else round(photo.product_share, 4),
        outline_url=f"{address}/outline" if has_outline else None,
        error=None if photo.error is None else _photo_fault(photo.error.code, photo.error.message),
        source_url=source_url,
    )


def _photo_fault(code: str, message: str) -> PhotoFault:
    return PhotoFault(code=code, message=message, temporary=code in TEMPORARY_CODES)


def _new_check(
    principal: Principal,
    request: CheckRequest,
    answer: Check,
    created_at: datetime.datetime,
    judgements: Sequence[PhotoJudgement],
    origin: Claim | LeasedLine | None,
) -> NewCheck:
    return NewCheck(
        answer=answer,
        member_id=principal.member_id,
        created_at=created_at,
        seller_id=request.seller_id,
        views=request.views,
        attributes=dict(request.attributes),
        photos=tuple(
            NewPhoto(
                sha256=judgement.sha256,
                kept=judgement.error is None,  # bytes that are no photo are not stored: they could never be shown
                evidence=None if judgement.evidence is None else pack_evidence(judgement.evidence),
                source_url=photo.source_url,
            )
            for judgement, photo in zip(judgements, answer.photos, strict=True)
        ),
        claim=origin if isinstance(origin, Claim) else None,
        line=origin if isinstance(origin, LeasedLine) else None,
    )
