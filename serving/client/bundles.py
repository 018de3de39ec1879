"""The client's calls about bundles: `client.bundle("hair-dryers").activate("v2")`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx

from serving.client.calls import Call, Retries, part
from serving.client.steps import AsyncSender, Method, Sender, Steps, SyncSender
from serving.schemas.bundles import (
    BundleChange,
    BundleChangeList,
    BundleComparison,
    BundlesOfName,
    CandidateFound,
    CandidateList,
    RolledBack,
)


class BundleCalls(Sender):
    """The calls about the bundles under one name. Raises ClientError.

    `candidate` is a folder's name in the server's `bundles_folder`, or None for the bundle that its settings name;
    `sha256` refuses any other; `by` and `note` are the author and the reason of the change.
    """

    _name: str

    @Method
    def state(self) -> Steps[BundlesOfName]:
        """Give the bundles that serve."""
        return self._read(self._call("GET", "state"), BundlesOfName)

    @Method
    def candidates(self) -> Steps[list[CandidateFound]]:
        """Give the bundles that may be deployed."""
        return (yield from self._read(self._call("GET", "candidates"), CandidateList)).candidates

    @Method
    def changes(self) -> Steps[list[BundleChange]]:
        """Give the latest changes, newest first."""
        return (yield from self._read(self._call("GET", "changes"), BundleChangeList)).changes

    @Method
    def comparison(self) -> Steps[BundleComparison]:
        """Compare the shadow's verdicts with the answered ones."""
        return self._read(self._call("GET", "comparison"), BundleComparison)

    @Method
    def activate(
        self, candidate: str | None, *, sha256: str | None = None, by: str | None = None, note: str = ""
    ) -> Steps[BundlesOfName]:
        """Let a candidate answer every check."""
        return self._change("activate", _candidate(candidate, sha256, by, note))

    @Method
    def shadow(
        self, candidate: str | None, *, sha256: str | None = None, by: str | None = None, note: str = ""
    ) -> Steps[BundlesOfName]:
        """Let a candidate judge the same checks in the background."""
        return self._change("shadow", _candidate(candidate, sha256, by, note))

    @Method
    def canary(
        self, candidate: str | None, share: float, *, sha256: str | None = None, by: str | None = None, note: str = ""
    ) -> Steps[BundlesOfName]:
        """Let a candidate answer a share of the listings."""
        return self._change("canary", {**_candidate(candidate, sha256, by, note), "share": share})

    @Method
    def roll_back(self, what: RolledBack, *, by: str | None = None, note: str = "") -> Steps[BundlesOfName]:
        """Roll back the activation, the canary or the shadow."""
        return self._change("rollback", {"what": what, "by": by, "note": note})

    def _call(self, method: str, what: str, *, repeatable: bool = True, body: Mapping[str, Any] | None = None) -> Call:
        path = f"/v1/bundles/{part(self._name)}/{what}"
        return Call(method=method, path=path, repeatable=repeatable, json=body)

    def _change(self, action: str, body: Mapping[str, Any]) -> Steps[BundlesOfName]:
        # Deploying a deployed bundle changes nothing, so it is repeatable; a repeated rollback is refused.
        return self._read(self._call("POST", action, repeatable=action != "rollback", body=body), BundlesOfName)


class BundleClient(BundleCalls, SyncSender):
    """The bundles under one name."""

    def __init__(self, http: httpx.Client, name: str, *, timeout_s: float, retries: Retries) -> None:
        super().__init__(http, timeout_s=timeout_s, retries=retries)
        self._name = name


class AsyncBundleClient(BundleCalls, AsyncSender):
    """The same for asyncio."""

    def __init__(self, http: httpx.AsyncClient, name: str, *, timeout_s: float, retries: Retries) -> None:
        super().__init__(http, timeout_s=timeout_s, retries=retries)
        self._name = name


def _candidate(candidate: str | None, sha256: str | None, by: str | None, note: str) -> dict[str, Any]:
    return {"candidate": candidate, "sha256": sha256, "by": by, "note": note}
