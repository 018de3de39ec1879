"""The client's calls that change bundles, sync and async: `client.bundle("hair-dryers").activate("v2")`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import quote

import httpx

from serving.client.calls import Call
from serving.schemas.bundles import (
    BundleChange,
    BundleChangeList,
    BundleComparison,
    BundlesOfName,
    CandidateFound,
    CandidateList,
    RolledBack,
)


class BundleClient:
    """The bundles under one name. Raises ClientError.

    `candidate` is a folder's name in the server's `bundles_folder`, or None for the bundle that its settings name;
    `sha256` refuses any other; `by` and `note` are the author and the reason of the change.
    """

    def __init__(self, send: Callable[[Call], httpx.Response], name: str) -> None:
        self._send = send
        self._path = _path(name)

    def state(self) -> BundlesOfName:
        """Give the bundles that serve."""
        return BundlesOfName.model_validate_json(self._get("state"))

    def candidates(self) -> list[CandidateFound]:
        """Give the bundles that may be deployed."""
        return CandidateList.model_validate_json(self._get("candidates")).candidates

    def changes(self) -> list[BundleChange]:
        """Give the latest changes, newest first."""
        return BundleChangeList.model_validate_json(self._get("changes")).changes

    def comparison(self) -> BundleComparison:
        """Compare the shadow's verdicts with the answered ones."""
        return BundleComparison.model_validate_json(self._get("comparison"))

    def activate(
        self, candidate: str | None, *, sha256: str | None = None, by: str | None = None, note: str = ""
    ) -> BundlesOfName:
        """Let a candidate answer every check."""
        return self._change("activate", _candidate(candidate, sha256, by, note))

    def shadow(
        self, candidate: str | None, *, sha256: str | None = None, by: str | None = None, note: str = ""
    ) -> BundlesOfName:
        """Let a candidate judge the same checks in the background."""
        return self._change("shadow", _candidate(candidate, sha256, by, note))

    def canary(
        self, candidate: str | None, share: float, *, sha256: str | None = None, by: str | None = None, note: str = ""
    ) -> BundlesOfName:
        """Let a candidate answer a share of the listings."""
        return self._change("canary", {**_candidate(candidate, sha256, by, note), "share": share})

    def roll_back(self, what: RolledBack, *, by: str | None = None, note: str = "") -> BundlesOfName:
        """Roll back the activation, the canary or the shadow."""
        return self._change("rollback", {"what": what, "by": by, "note": note})

    def _get(self, what: str) -> bytes:
        return self._send(Call(method="GET", path=f"{self._path}/{what}")).content

    def _change(self, action: str, body: Mapping[str, Any]) -> BundlesOfName:
        return BundlesOfName.model_validate_json(self._send(_change_call(self._path, action, body)).content)


class AsyncBundleClient:
    """The same for asyncio. Raises ClientError."""

    def __init__(self, send: Callable[[Call], Awaitable[httpx.Response]], name: str) -> None:
        self._send = send
        self._path = _path(name)

    async def state(self) -> BundlesOfName:
        """See BundleClient.state."""
        return BundlesOfName.model_validate_json(await self._get("state"))

    async def candidates(self) -> list[CandidateFound]:
        """See BundleClient.candidates."""
        return CandidateList.model_validate_json(await self._get("candidates")).candidates

    async def changes(self) -> list[BundleChange]:
        """See BundleClient.changes."""
        return BundleChangeList.model_validate_json(await self._get("changes")).changes

    async def comparison(self) -> BundleComparison:
        """See BundleClient.comparison."""
        return BundleComparison.model_validate_json(await self._get("comparison"))

    async def activate(
        self, candidate: str | None, *, sha256: str | None = None, by: str | None = None, note: str = ""
    ) -> BundlesOfName:
        """See BundleClient.activate."""
        return await self._change("activate", _candidate(candidate, sha256, by, note))

    async def shadow(
        self, candidate: str | None, *, sha256: str | None = None, by: str | None = None, note: str = ""
    ) -> BundlesOfName:
        """See BundleClient.shadow."""
        return await self._change("shadow", _candidate(candidate, sha256, by, note))

    async def canary(
        self, candidate: str | None, share: float, *, sha256: str | None = None, by: str | None = None, note: str = ""
    ) -> BundlesOfName:
        """See BundleClient.canary."""
        return await self._change("canary", {**_candidate(candidate, sha256, by, note), "share": share})

    async def roll_back(self, what: RolledBack, *, by: str | None = None, note: str = "") -> BundlesOfName:
        """See BundleClient.roll_back."""
        return await self._change("rollback", {"what": what, "by": by, "note": note})

    async def _get(self, what: str) -> bytes:
        return (await self._send(Call(method="GET", path=f"{self._path}/{what}"))).content

    async def _change(self, action: str, body: Mapping[str, Any]) -> BundlesOfName:
        return BundlesOfName.model_validate_json((await self._send(_change_call(self._path, action, body))).content)


def _path(name: str) -> str:
    return f"/v1/bundles/{quote(name, safe='')}"


def _candidate(candidate: str | None, sha256: str | None, by: str | None, note: str) -> dict[str, Any]:
    return {"candidate": candidate, "sha256": sha256, "by": by, "note": note}


def _change_call(path: str, action: str, body: Mapping[str, Any]) -> Call:
    """Deploying a deployed bundle changes nothing, so it is repeatable; a repeated rollback is refused."""
    return Call(method="POST", path=f"{path}/{action}", repeatable=action != "rollback", json=body)
