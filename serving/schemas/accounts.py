"""The JSON of members, users and API keys: what callers send and are answered."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, StringConstraints

from serving.principal import SCOPES, Scope
from serving.schemas.checks import Answered, Name, Sent
from serving.schemas.countries import Country

Category = Literal[
    "luxury", "apparel", "footwear", "watches_and_jewellery", "cosmetics", "electronics", "home_appliances",
    "food_and_drink", "health", "automotive", "toys", "sport",
]  # fmt: skip
KeyState = Literal["active", "expired", "revoked"]
MAX_PRODUCTS = 1000
DEFAULT_OVERLAP_S = 24 * 3600
MAX_OVERLAP_S = 90 * 24 * 3600
Email = Annotated[str, StringConstraints(max_length=320, pattern=r"^[^\s@\x00-\x1f\x7f]+@[^\s@\x00-\x1f\x7f]+$")]
Scopes = Annotated[list[Scope], Field(min_length=1, max_length=len(SCOPES), description="What the key may do.")]
Products = Annotated[list[Name], Field(max_length=MAX_PRODUCTS)]


class MemberSent(Sent):
    """A brand owner to add."""

    name: Name = Field(description="Name, which no other member has.")
    category: Category = Field(description="Its industry.")
    country: Country = Field(description="Its country, as two letters of ISO 3166-1.")
    products: Products = Field(default_factory=list, description="Its products, as bundles name them.")


class ProductsSent(Sent):
    """The products of a member from now on."""

    products: Products = Field(description="All its products; one that is left out is no longer the member's.")


class Member(Answered):
    """A brand owner: its keys see the checks of its products, and nothing else."""

    member_id: str = Field(description="Id of the member.")
    name: str = Field(description="Name.")
    category: Category = Field(description="Its industry.")
    country: str = Field(description="Its country, as two letters of ISO 3166-1.")
    products: list[str] = Field(description="Its products.")
    created_at: str = Field(description="When it was added, in UTC.")


class MemberList(Answered):
    """The members, by name."""

    members: list[Member] = Field(description="Those that the caller may see: a member's key sees its own member.")
    next_cursor: str | None = Field(
        default=None, description="Send it as `cursor` for the page after; null on the last one."
    )


class UserSent(Sent):
    """A person to add."""

    name: Name = Field(description="Name.")
    email: Email = Field(description="E-mail address, which no other user of the same member has.")
    member_id: Name | None = Field(
        default=None, description="The member that the person works for; null: the operator."
    )


class User(Answered):
    """A person who holds keys."""

    user_id: str = Field(description="Id of the user.")
    name: str = Field(description="Name.")
    email: str = Field(description="E-mail address.")
    member_id: str | None = Field(description="The member that the person works for; null: the operator.")
    created_at: str = Field(description="When the user was added, in UTC.")


class UserList(Answered):
    """The users, by name."""

    users: list[User] = Field(description="Those that the caller may see.")
    next_cursor: str | None = Field(
        default=None, description="Send it as `cursor` for the page after; null on the last one."
    )


class KeySent(Sent):
    """A key to make. It can do no more than the key that makes it."""

    label: Name = Field(description="What the key is for, such as the program that uses it.")
    scopes: Scopes
    member_id: Name | None = Field(
        default=None, description="The member whose key it is; null: the operator, or the caller's own member."
    )
    user_id: Name | None = Field(default=None, description="The user who holds it, of the same member.")
    expires_at: AwareDatetime | None = Field(default=None, description="When it ends; null: never.")


class RotationSent(Sent):
    """How a key is replaced by a new one of the same rights."""

    overlap_s: int = Field(
        default=DEFAULT_OVERLAP_S,
        ge=0,
        le=MAX_OVERLAP_S,
        description="Seconds for which the old key stays valid beside the new one.",
    )
    expires_at: AwareDatetime | None = Field(
        default=None, description="When the new key ends; null: when the old one would have."
    )


class ApiKey(Answered):
    """A key, without its secret: that was shown once and is kept nowhere."""

    key_id: str = Field(description="Id of the key.")
    prefix: str = Field(description="The beginning of the key, by which its holder knows it.")
    label: str = Field(description="What the key is for.")
    scopes: list[Scope] = Field(description="What the key may do.")
    member_id: str | None = Field(description="The member whose key it is; null: the operator.")
    member_name: str | None = Field(description="Name of that member.")
    user_id: str | None = Field(description="The user who holds it; null where none was named, or the user is gone.")
    created_at: str = Field(description="When it was made, in UTC.")
    expires_at: str | None = Field(description="When it ends or ended, in UTC; null: never.")
    revoked_at: str | None = Field(description="When it was revoked, in UTC.")
    last_used_at: str | None = Field(description="When it was last used, in UTC, to the minute or so.")
    replaced_by: str | None = Field(description="`key_id` of the key that a rotation made of it.")
    state: KeyState = Field(description="Whether it is valid now.")


class KeyList(Answered):
    """The keys, newest first."""

    keys: list[ApiKey] = Field(description="Those that the caller may see: a member's key sees those of its member.")
    next_cursor: str | None = Field(
        default=None, description="Send it as `cursor` for the page after; null on the last one."
    )


class NewApiKey(ApiKey):
    """A key that was just made, with its secret."""

    key: str = Field(description="The key itself. It is shown this once and kept nowhere: copy it now.")


class Caller(Answered):
    """Who calls, by the key that was sent."""

    key_id: str | None = Field(description="Id of the key; null for the key of the settings, or where none is asked.")
    member_id: str | None = Field(description="The member whose key it is; null: the operator.")
    scopes: list[Scope] = Field(description="What the key may do.")
    products: list[str] | None = Field(description="The products that it sees; null: all of them.")
    expires_at: str | None = Field(description="When the key ends, in UTC; null: never.")
