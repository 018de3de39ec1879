"""The marketplace's takedown desk: decides on cases, mostly in time, and carries them to their end."""

from __future__ import annotations

import datetime
import functools
from collections.abc import Awaitable, Callable

from simulator.actors.open_case import OpenCase
from simulator.actors.world import World
from simulator.truth.business_hours import after_business_time
from simulator.truth.periods import complaint_months_end, holder_days_end
from simulator.world.sellers import Seller

IN_TIME_RATE = 0.97
REVIEW_RATE = 0.3  # of cases that are taken into review before they are decided
QUESTION_RATE = 0.05  # of cases that cannot be decided before the notifier has answered a question
WITHDRAWN_RATE = 0.02
WRONG_TAKEDOWN_RATE = 0.15  # of notices about genuine goods
COUNTER_RATES = {True: 0.04, False: 0.8}  # of sellers, by whether the takedown was just
ACTION_RATES = {True: 0.7, False: 0.1}  # of right holders after a counter-notice, by the same
COMPLAINT_RATES = {True: 0.5, False: 0.05}  # of notifiers after a refusal, by whether the notice was just
LEFT_TO_THE_SERVER_RATE = 0.5  # of quiet cases in the EU, which the server closes when six months are over
QUIET = datetime.timedelta(days=30)  # after which the operator closes a case that nobody objects to

Step = Callable[[OpenCase], Awaitable[None]]


class TakedownDesk:
    """The operator's people; each case that they receive has its next step on the agenda until it ends."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._rng = world.random_of("takedown desk")
        self._sellers = {account: seller for seller in world.sellers for account in seller.accounts}

    def receive(self, case: OpenCase) -> None:
        """Plan what becomes of a case that was just opened."""
        rng = self._rng
        hours = rng.uniform(0.5, 20) if rng.random() < IN_TIME_RATE else rng.uniform(25, 60)
        if rng.random() < WITHDRAWN_RATE:
            self._after_business_hours(case, hours / 2, self._withdraw)
            return
        if rng.random() < QUESTION_RATE:
            self._after_business_hours(case, hours / 2, self._ask)
            return
        if rng.random() < REVIEW_RATE:
            self._after_business_hours(case, hours / 2, self._take_into_review)
        self._after_business_hours(case, hours, self._decide)

    def _after_business_hours(self, case: OpenCase, hours: float, step: Step) -> None:
        wanted = datetime.timedelta(seconds=round(hours * 3600))
        moment = after_business_time(self._world.agenda.now, wanted, case.opened.country)
        self._world.agenda.at(moment, functools.partial(step, case))

    def _after(self, case: OpenCase, days: float, step: Step) -> None:
        wait = datetime.timedelta(seconds=round(days * 86400))
        self._world.agenda.at(self._world.agenda.now + wait, functools.partial(step, case))

    async def _withdraw(self, case: OpenCase) -> None:
        api, actor = case.notifier
        await case.move(api, "withdrawn", actor, "Simulated: notified by mistake.")

    async def _ask(self, case: OpenCase) -> None:
        await case.ask(self._world.operator, "Simulated question: which registration of the mark is infringed?")
        self._after_business_hours(case, self._rng.uniform(1, 48), self._answer)

    async def _answer(self, case: OpenCase) -> None:
        await case.answer("Simulated answer: the one that our account has.")
        self._after_business_hours(case, self._rng.uniform(1, 10), self._decide)

    async def _take_into_review(self, case: OpenCase) -> None:
        await case.move(self._world.operator, "in_review", "operator")

    async def _decide(self, case: OpenCase) -> None:
        refused = self._world.settings.wrong_refusal_rate
        wrong = self._rng.random() < (refused if case.is_just else WRONG_TAKEDOWN_RATE)
        if case.is_just != wrong:
            await self._uphold(case)
        else:
            await case.move(self._world.operator, "rejected", "operator", "Simulated: the photos show no counterfeit.")
            if self._rng.random() < COMPLAINT_RATES[case.is_just]:
                self._after(case, self._rng.uniform(0.5, 20), self._complain)
            else:
                self._close_when_quiet(case)

    async def _uphold(self, case: OpenCase) -> None:
        await case.move(self._world.operator, "upheld", "operator", "Simulated: counterfeit.")
        self._after(case, 0.01, self._forward)

    async def _complain(self, case: OpenCase) -> None:
        if case.jurisdiction == "EU":
            complaint_id = await case.complain("Simulated complaint: look at the label again.")
            self._after(case, self._rng.uniform(3, 25), functools.partial(self._decide_formally, complaint_id))
        else:
            api, actor = case.notifier
            await case.move(api, "in_review", actor, "Simulated objection: look at the label again.")
            self._after(case, self._rng.uniform(3, 25), self._decide_again)

    async def _decide_formally(self, complaint_id: str, case: OpenCase) -> None:
        if case.is_just:
            await case.decide_complaint(complaint_id, "reversed", "Simulated: the label is wrong.")
            self._after(case, self._rng.uniform(0.1, 2), self._decide_again)
        else:
            await case.decide_complaint(complaint_id, "confirmed", "Simulated: the label is right.")
            self._after(case, QUIET.days, self._close)

    async def _decide_again(self, case: OpenCase) -> None:
        if case.is_just:
            await self._uphold(case)
            return
        await case.move(self._world.operator, "rejected", "operator", "Simulated: the decision stands.")
        self._close_when_quiet(case)

    async def _forward(self, case: OpenCase) -> None:
        await case.move(self._world.operator, "forwarded", "operator")
        seller = self._sellers[case.opened.listings[0].seller_id]
        self._take_down(seller)
        if self._rng.random() < COUNTER_RATES[case.is_just]:
            self._after(case, self._rng.uniform(0.2, 8), self._counter)
        else:
            self._close_when_quiet(case)

    def _take_down(self, seller: Seller) -> None:
        account = seller.suffer_takedown()
        if account is not None:
            self._sellers[account] = seller
            self._world.note_account(seller, account)

    async def _counter(self, case: OpenCase) -> None:
        await case.counter("Simulated: here is the invoice of the brand.")
        if self._rng.random() < ACTION_RATES[case.is_just]:
            self._after(case, self._rng.uniform(1, 9), self._holder_acts)
        elif case.jurisdiction == "CN":
            self._world.agenda.at(holder_days_end(self._world.agenda.now), functools.partial(self._lapse, case))
        else:
            self._after(case, self._rng.uniform(1, 10), self._decide_counter_notice)

    async def _lapse(self, case: OpenCase) -> None:
        await case.move_by_server("reinstated")
        self._after(case, 2, self._close)

    async def _holder_acts(self, case: OpenCase) -> None:
        api, actor = case.holder
        await case.move(api, "holder_acted", actor, "Simulated: complaint to the authority.")
        self._after(case, QUIET.days, self._close)

    async def _decide_counter_notice(self, case: OpenCase) -> None:
        if case.is_just:
            await case.move(self._world.operator, "upheld", "operator", "Simulated: the invoice is forged.")
            self._after(case, QUIET.days, self._close)
        else:
            await case.move(self._world.operator, "reinstated", "operator", "Simulated: the invoice is genuine.")
            self._after(case, 2, self._close)

    def _close_when_quiet(self, case: OpenCase) -> None:
        if case.jurisdiction == "EU" and self._rng.random() < LEFT_TO_THE_SERVER_RATE:
            end = complaint_months_end(self._world.agenda.now, case.opened.country)
            self._world.agenda.at(end, functools.partial(case.move_by_server, "closed"))
        else:
            self._after(case, QUIET.days, self._close)

    async def _close(self, case: OpenCase) -> None:
        await case.move(self._world.operator, "closed", "operator", "Simulated: nothing is open.")
