"""The shadow: a second bundle judges checks that were answered, while the processor is idle."""

from __future__ import annotations

import asyncio
import dataclasses
import functools
import logging
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from serving.checks.request import CheckRequest
from serving.compute.executor import Compute
from serving.deployments.slots import LoadedBundle
from serving.deployments.switch import DeploymentSwitch
from serving.monitoring.metrics import Metrics
from serving.principal import Principal
from serving.schemas.bundles import ShadowWork
from serving.schemas.checks import Check
from serving.store.deployment_rows import DeploymentRows, ShadowVerdict
from vision.verdict import PhotoJudgement

MAX_WAITING = 64  # checks
MAX_WAITING_BYTES = 64 * 2**20
PAUSE_S = 0.01  # lets an answer leave first; also the time between two checks for an idle compute thread
log = logging.getLogger("touchstone.serving")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ShadowCheck:
    """A check that waits for the shadow."""

    request: CheckRequest
    answer: Check
    bundle: LoadedBundle
    bytes: int


class Shadow:
    """Judges answered checks with the slot's shadow bundle, one photo at a time, and records the verdicts.

    It delays an answer by at most its share of one photo: each photo starts only while a compute thread is idle, on a
    thread of its own, so it takes no place in the queue. A check is dropped and counted if others wait for a compute
    thread, or if too many wait here.
    """

    def __init__(
        self, *, switch: DeploymentSwitch, compute: Compute, deployment_rows: DeploymentRows, metrics: Metrics
    ) -> None:
        self._switch = switch
        self._compute = compute
        self._deployment_rows = deployment_rows
        self._metrics = metrics
        self._waiting: asyncio.Queue[ShadowCheck] = asyncio.Queue(MAX_WAITING)
        self._waiting_bytes = 0
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="shadow")
        self._counts: Counter[tuple[str, str]] = Counter()  # by product and result

    def offer(self, request: CheckRequest, answer: Check) -> None:
        """Queue an answered check if the bundle that answered it has a shadow; returns at once."""
        slot = self._switch.current.by_product.get(answer.product)
        if slot is None or slot.shadow is None or slot.active.sha256 != answer.bundle.sha256:
            return
        size = sum(len(photo) for photo in request.photos)
        full = self._waiting.full() or self._waiting_bytes + size > MAX_WAITING_BYTES
        if full or self._compute.waiting > 0:
            self._count(answer.product, "dropped")
            return
        self._waiting_bytes += size
        self._counts[answer.product, "waiting"] += 1
        self._waiting.put_nowait(ShadowCheck(request=request, answer=answer, bundle=slot.shadow, bytes=size))

    async def run(self) -> None:
        """Judge what is offered, until cancelled."""
        while True:
            check = await self._waiting.get()
            self._counts[check.answer.product, "waiting"] -= 1
            try:
                await self._judge(check)
            except Exception:  # nobody waits for this one, and the next check must have its turn
                log.exception("the shadow failed on check %s", check.answer.check_id)
                self._count(check.answer.product, "failed")
            finally:
                self._waiting_bytes -= check.bytes

    def describe(self, principal: Principal) -> ShadowWork:
        """Give what became of the checks so far, of the products that the caller sees."""
        totals: Counter[str] = Counter()
        for (product, result), checks in self._counts.items():
            if principal.sees(product):
                totals[result] += checks
        return ShadowWork(**{name: totals[name] for name in ShadowWork.model_fields})

    def close(self) -> None:
        """Wait for the photo that is being judged."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    async def _judge(self, check: ShadowCheck) -> None:
        photos = check.request.photos
        judgements = [await self._judge_photo(check, index, data) for index, data in enumerate(photos)]
        verdict = check.bundle.detector.decide_listing(
            judgements, product=check.answer.product, views=check.request.views
        )
        kept = await self._deployment_rows.add_shadow_verdict(
            ShadowVerdict(
                answer=check.answer,
                shadow_sha256=check.bundle.sha256,
                outcome=verdict.outcome,
                authenticity=verdict.authenticity,
            )
        )
        if kept:
            self._count(check.answer.product, "judged")

    async def _judge_photo(self, check: ShadowCheck, index: int, data: bytes) -> PhotoJudgement:
        await asyncio.sleep(PAUSE_S)
        while not self._compute.has_idle_thread:
            await asyncio.sleep(PAUSE_S)
        judge = functools.partial(
            check.bundle.detector.judge_photo, data, index, with_hash=len(check.request.photos) > 1
        )
        return await asyncio.get_running_loop().run_in_executor(self._pool, judge)

    def _count(self, product: str, result: str) -> None:
        self._counts[product, result] += 1
        self._metrics.count_shadow(result)
