"""What a member may agree to, share and ask by its agreement. Pure: the store calls it inside its transactions."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from serving.errors import CheckNotConfirmed, GroupAgreementOutdated, GroupKindNotAgreed, GroupProductForeign
from serving.schemas.enforcement.groups import AgreementSent, Confirmation, Share, SharedKind


def require_agreeable(sent: AgreementSent, terms_version: int, products: Collection[str]) -> None:
    """Raise GroupAgreementOutdated unless the latest terms were read, GroupProductForeign for another's product."""
    require_current(sent.terms_version, terms_version)
    foreign = sorted({share.product for share in sent.shares} - set(products))
    if foreign:
        raise GroupProductForeign(
            f"shares: {foreign[0][:80]!r} is not a product of yours; a member shares what its own products have shown"
        )


def require_current(agreed: int, latest: int) -> None:
    """Raise GroupAgreementOutdated unless the agreed version of the terms is the latest."""
    if agreed != latest:
        raise GroupAgreementOutdated(
            f"the terms of this group have version {latest}, and your agreement names {agreed}; read them "
            "(GET /v1/groups) and send an agreement with that terms_version"
        )


def require_shared(kinds: Iterable[SharedKind], product: str, shares: Sequence[Share]) -> None:
    """Raise GroupKindNotAgreed for a kind that the agreement does not share of this product."""
    agreed = {share.kind for share in shares if share.product == product}
    missing = sorted(set(kinds) - agreed)
    if missing:
        raise GroupKindNotAgreed(
            f"kinds: your agreement does not share {missing[0]} of {product!r}; add it to `shares` first"
        )


def kinds_to_ask(wanted: Sequence[SharedKind] | None, asks: Sequence[SharedKind]) -> list[SharedKind]:
    """Give the kinds of a question, all that are agreed where it names none; raises GroupKindNotAgreed."""
    missing = sorted(set(wanted or ()) - set(asks))
    if missing or not asks:
        named = missing[0] if missing else "any kind"
        raise GroupKindNotAgreed(f"kinds: your agreement does not let you ask about {named}; add it to `asks` first")
    return sorted(asks if wanted is None else wanted)


def require_confirmed(found: Collection[Confirmation], check_id: str) -> None:
    """Raise CheckNotConfirmed where nothing confirms that the check's listing is a counterfeit."""
    if not found:
        raise CheckNotConfirmed(
            f"check {check_id} is not confirmed: its latest review is not counterfeit, no case of it is upheld, and no "
            "test buy found a counterfeit. A verdict alone is not shared"
        )
