"""Errors of test buys. Their classes begin with Buy: pytest takes a class that begins with Test for a test."""

from __future__ import annotations

from typing import ClassVar

from serving.errors.base import RequestRefused


class BuyNotFound(RequestRefused):
    code: ClassVar[str] = "test_buy_not_found"
    status: ClassVar[int] = 404
    title: ClassVar[str] = "No such test buy"


class BuyPlanNotFound(RequestRefused):
    code: ClassVar[str] = "test_buy_plan_not_found"
    status: ClassVar[int] = 404
    title: ClassVar[str] = "No such plan of test buys"


class BuyChanged(RequestRefused):
    """Somebody else changed the test buy since the caller read it."""

    code: ClassVar[str] = "test_buy_changed"
    status: ClassVar[int] = 409
    title: ClassVar[str] = "The test buy was changed meanwhile"


class BuyMoveRefused(RequestRefused):
    """The test buy is not in a state from which it may be moved so, or not by this caller."""

    code: ClassVar[str] = "test_buy_move_not_allowed"
    status: ClassVar[int] = 409
    title: ClassVar[str] = "The test buy cannot be moved so"


class BuyPlanSettled(RequestRefused):
    """The plan was accepted before."""

    code: ClassVar[str] = "test_buy_plan_accepted"
    status: ClassVar[int] = 409
    title: ClassVar[str] = "The plan was accepted before"


class BuyPeriodTaken(RequestRefused):
    """Another accepted plan has listings of the same time: they would count twice."""

    code: ClassVar[str] = "test_buy_period_taken"
    status: ClassVar[int] = 409
    title: ClassVar[str] = "An accepted plan has this period"


class BuyFrameEmpty(RequestRefused):
    code: ClassVar[str] = "test_buy_frame_empty"
    title: ClassVar[str] = "No listing to buy"


class BuyFrameTooLarge(RequestRefused):
    code: ClassVar[str] = "test_buy_frame_too_large"
    title: ClassVar[str] = "Too many listings for one plan"


class BuyBudgetTooSmall(RequestRefused):
    code: ClassVar[str] = "test_buy_budget_too_small"
    title: ClassVar[str] = "The budget does not pay the least draw"


class ExaminationIncomplete(RequestRefused):
    """The outcome does not follow from the points of the product's checklist."""

    code: ClassVar[str] = "examination_incomplete"
    title: ClassVar[str] = "The examination does not support this outcome"


class ChecklistNotFound(RequestRefused):
    code: ClassVar[str] = "checklist_not_found"
    status: ClassVar[int] = 404
    title: ClassVar[str] = "The product has no checklist"


class ChecklistChanged(RequestRefused):
    """Somebody else changed the checklist since the caller read it."""

    code: ClassVar[str] = "checklist_changed"
    status: ClassVar[int] = 409
    title: ClassVar[str] = "The checklist was changed meanwhile"


class TooManyBuyPhotos(RequestRefused):
    code: ClassVar[str] = "too_many_test_buy_photos"
    status: ClassVar[int] = 409
    title: ClassVar[str] = "Too many photos of a test buy"
