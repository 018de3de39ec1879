"""Errors of clusters of sellers."""

from __future__ import annotations

from typing import ClassVar

from serving.errors.base import RequestRefused


class ClusterNotFound(RequestRefused):
    code: ClassVar[str] = "cluster_not_found"
    status: ClassVar[int] = 404
    title: ClassVar[str] = "There is no such cluster"


class LinkNotFound(RequestRefused):
    code: ClassVar[str] = "link_not_found"
    status: ClassVar[int] = 404
    title: ClassVar[str] = "There is no such link"


class CurrencyUnknown(RequestRefused):
    """Clusters are ranked by the value in one currency, and none has this one."""

    code: ClassVar[str] = "currency_unknown"
    status: ClassVar[int] = 422
    title: ClassVar[str] = "No cluster has a value in this currency"
