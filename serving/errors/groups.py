"""Errors of working groups."""

from __future__ import annotations

from typing import ClassVar

from serving.errors.base import RequestRefused
from serving.errors.unavailable import TooManyRequests


class GroupNotFound(RequestRefused):
    """No such group, or the caller was neither invited to it nor joined it."""

    code: ClassVar[str] = "group_not_found"
    status: ClassVar[int] = 404
    title: ClassVar[str] = "No such working group"


class GroupItemNotFound(RequestRefused):
    code: ClassVar[str] = "group_item_not_found"
    status: ClassVar[int] = 404
    title: ClassVar[str] = "No such shared item"


class GroupNameTaken(RequestRefused):
    code: ClassVar[str] = "group_name_taken"
    status: ClassVar[int] = 409
    title: ClassVar[str] = "Another working group has this name"


class GroupCategoryMismatch(RequestRefused):
    """The member to invite is of another industry than the group."""

    code: ClassVar[str] = "group_category_mismatch"
    status: ClassVar[int] = 409
    title: ClassVar[str] = "The member is of another category"


class GroupNotJoined(RequestRefused):
    """The member was invited and has not agreed to the terms yet."""

    code: ClassVar[str] = "group_not_joined"
    status: ClassVar[int] = 409
    title: ClassVar[str] = "The group is not joined yet"


class GroupAgreementOutdated(RequestRefused):
    """The agreement is to another version of the terms than the latest one."""

    code: ClassVar[str] = "group_agreement_outdated"
    status: ClassVar[int] = 409
    title: ClassVar[str] = "The terms have another version"


class GroupKindNotAgreed(RequestRefused):
    """The agreement leaves out what is to be shared or asked."""

    code: ClassVar[str] = "group_kind_not_agreed"
    status: ClassVar[int] = 409
    title: ClassVar[str] = "The agreement leaves this out"


class GroupProductForeign(RequestRefused):
    """An agreement to share names a product that is not the member's."""

    code: ClassVar[str] = "group_product_foreign"
    title: ClassVar[str] = "The product is not the member's"


class CheckNotConfirmed(RequestRefused):
    """Nobody has confirmed that the check's listing is a counterfeit, so it may not be shared as one."""

    code: ClassVar[str] = "check_not_confirmed"
    status: ClassVar[int] = 409
    title: ClassVar[str] = "The check is not confirmed as counterfeit"


class MemberRequired(RequestRefused):
    """The operator's key called what a member does for itself."""

    code: ClassVar[str] = "member_required"
    status: ClassVar[int] = 403
    title: ClassVar[str] = "Only a member may do this"


class GroupQuestionsExhausted(TooManyRequests):
    """The member has asked as many questions within a day as one may."""

    code: ClassVar[str] = "group_questions_exhausted"
    title: ClassVar[str] = "Too many questions within a day"
