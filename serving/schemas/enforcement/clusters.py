"""The JSON of investigations: clusters of sellers that share something, their links, and the report on one."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from serving.schemas.checks import Answered, Decision, Outcome, Sent
from serving.schemas.countries import Country
from serving.schemas.enforcement.cases import Case, Ground
from serving.schemas.enforcement.plain_text import PlainText

ClusterSort = Literal["size", "value"]
LinkKind = Literal["photo", "plain_photo", "background", "contact", "address", "text", "attribute", "place"]
LinkStrength = Literal["weak", "joins", "strong", "very_strong"]
KINDS = (
    "`photo`: the same photo, turned, mirrored, trimmed a little or recoloured or not; `plain_photo`: the same, of the "
    "product before one colour, as catalogues have; `background`: the same surroundings; `contact`: a number, handle "
    "or e-mail; `address`: an address or link; `text`: the same text; `attribute`: the same value of another field; "
    "`place`: evidence at the same unusual place of the product."
)
STRENGTHS = (
    "`weak`: joins nobody by itself, and counts beside others; `joins`, `strong` and `very_strong` join two sellers."
)


def _require_words(text: str) -> str:
    if not text.strip():
        raise ValueError("say why, in a word or more")
    return text


Reason = Annotated[PlainText, StringConstraints(min_length=1), AfterValidator(_require_words)]


class LinkRemovalSent(Sent):
    """Why a link is taken away."""

    reason: Reason = Field(description="Why the link is wrong, for whoever reads it later.")


class ClusterCasesSent(Sent):
    """How a whole cluster is to be taken down."""

    ground: Ground = Field(default="trademark", description="Which right is infringed.")
    country: Country = Field(description="ISO 3166-1 alpha-2 code of the country whose business hours and law count.")
    statement: PlainText = Field(default="", description="Why the listings infringe the right, in your words.")


class ClusterCases(Answered):
    """The cases of a cluster: one for each product, and one more for each 1,000 listings."""

    cases: list[Case] = Field(
        description="The cases, which together have the cluster's listings but for those left out."
    )
    left_out: int = Field(
        description="How many listings were left out: a case of their product that has not ended is about them already."
    )


class ClusterValue(Answered):
    """What a cluster's listings ask together in one currency."""

    currency: str = Field(description="ISO 4217 code.")
    amount: float = Field(description="The sum over its listings with a price in this currency, each once.")


class ClusterSummary(Answered):
    """How large a cluster is. A member's clusters are of its own products alone."""

    cluster_id: str = Field(description="Id of the cluster. One that grows keeps it; of two that join, one remains.")
    created_at: str = Field(description="When it was found, in UTC.")
    updated_at: str = Field(description="When it was computed last, in UTC.")
    sellers: int = Field(description="Sellers in it; a listing without a seller's id stands for itself.")
    listings: int = Field(description="Listings of these sellers that were checked.")
    values: list[ClusterValue] = Field(description="What they ask, by currency, from `price` and `currency`.")
    products: list[str] = Field(description="Products of its listings.")
    kinds: list[LinkKind] = Field(description="Kinds of its links. " + KINDS)
    first_check_at: str = Field(description="Time of the first check of its listings, in UTC.")
    last_check_at: str = Field(description="Time of the last one.")


class ClusterPage(Answered):
    """A page of clusters, largest first."""

    clusters: list[ClusterSummary] = Field(description="The clusters of this page.")
    currencies: list[str] = Field(description="Currencies by which clusters can be ranked, most frequent first.")
    next_cursor: str | None = Field(description="Send it as `cursor` for the next page; null on the last one.")


class ClusterSeller(Answered):
    """A seller of a cluster, with its place in the picture."""

    seller_key: str = Field(description="Stands for the seller in links; it is the same in every answer.")
    seller_id: str | None = Field(description="Your id of the seller; null where a listing stands for itself.")
    listings: int = Field(description="Its listings that were checked.")
    values: list[ClusterValue] = Field(description="What they ask, by currency.")
    outcomes: dict[str, int] = Field(description="How many of them have which outcome, by their latest check.")
    confirmed_counterfeit: int = Field(description="How many a reviewer found counterfeit.")
    first_check_at: str = Field(description="Time of the first check of its listings, in UTC.")
    last_check_at: str = Field(description="Time of the last one.")
    x: float = Field(description="Place in the picture from the left, 0 to 1.")
    y: float = Field(description="Place from the top, 0 to 1.")


class ClusterListing(Answered):
    """A listing of a cluster by its latest check, with its place in the picture."""

    listing_key: str = Field(description="Stands for the listing; it is the same in every answer.")
    seller_key: str = Field(description="The seller that offers it.")
    listing_id: str | None = Field(description="Your id of the listing.")
    check_id: str = Field(description="Its latest check.")
    product: str = Field(description="Product that it was checked for.")
    outcome: Outcome = Field(description="Outcome of that check.")
    decision: Decision | None = Field(description="What a reviewer decided on it.")
    authenticity: float | None = Field(description="Probability that it is genuine, where the check has one.")
    url: str | None = Field(description="Your attribute `url`, as it was sent.")
    amount: float | None = Field(description="What is asked for it.")
    currency: str | None = Field(description="In which currency.")
    first_check_at: str = Field(description="Time of its first check, in UTC.")
    last_check_at: str = Field(description="Time of its latest one.")
    x: float = Field(description="Place in the picture from the left, 0 to 1.")
    y: float = Field(description="Place from the top, 0 to 1.")


class LinkExample(Answered):
    """Where both sellers show what they share; a photo is null where it stands in the attributes."""

    left_check_id: str = Field(description="A check of the left seller's listing.")
    left_photo: int | None = Field(description="Index of the photo in it.")
    right_check_id: str = Field(description="A check of the right seller's listing.")
    right_photo: int | None = Field(description="Index of the photo in it.")


class ClusterLink(Answered):
    """What two sellers share of one kind."""

    link_id: str = Field(description="Id of the link, the same whenever it is found again.")
    left: str = Field(description="`seller_key` of one seller.")
    right: str = Field(description="`seller_key` of the other one.")
    kind: LinkKind = Field(description=KINDS)
    strength: LinkStrength = Field(description=STRENGTHS)
    values: int = Field(description="How many things of this kind they share.")
    why: str = Field(description="Why they are linked, in a sentence.")
    examples: list[LinkExample] = Field(description="Up to three places where it can be seen.")


class ClusterDetail(ClusterSummary):
    """A cluster with all that its page shows: sellers and listings with their places, and the links between sellers."""

    seller_nodes: list[ClusterSeller] = Field(description="Its sellers, those with most listings first.")
    listing_nodes: list[ClusterListing] = Field(description="Its listings.")
    links: list[ClusterLink] = Field(description="The links between its sellers, strongest first.")
    left_out: dict[str, int] = Field(
        description="How many sellers, listings and links the picture leaves out; the report has all of them."
    )


class ClusterReport(ClusterSummary):
    """The report on a cluster for investigators: who, what, how many, since when, and why they are linked."""

    generated_at: str = Field(description="When this report was made, in UTC.")
    outcomes: dict[str, int] = Field(description="How many listings have which outcome, by their latest check.")
    confirmed_counterfeit: int = Field(description="How many listings a reviewer found counterfeit.")
    seller_nodes: list[ClusterSeller] = Field(description="Who: its sellers, those with most listings first.")
    listing_nodes: list[ClusterListing] = Field(description="What: its listings.")
    links: list[ClusterLink] = Field(description="Why: every link between its sellers, strongest first.")


class RemovedLink(Answered):
    """A link that was taken away, and restored where `restored_at` is set."""

    removal_id: int = Field(description="Id of the removal.")
    link_id: str = Field(description="Id of the link.")
    kind: LinkKind = Field(description=KINDS)
    left: str = Field(description="`seller_key` of one seller.")
    left_seller_id: str | None = Field(description="Your id of that seller.")
    right: str = Field(description="`seller_key` of the other one.")
    right_seller_id: str | None = Field(description="Your id of that seller.")
    reason: str = Field(description="Why it was taken away.")
    removed_at: str = Field(description="When, in UTC.")
    restored_at: str | None = Field(description="When it was restored, null where it still counts for nothing.")


class RemovedLinkPage(Answered):
    """A page of removed links, newest first."""

    removed_links: list[RemovedLink] = Field(description="The removed links of this page.")
    next_cursor: str | None = Field(description="Send it as `cursor` for the next page; null on the last one.")
