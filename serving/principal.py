"""Who calls: a key of the operator or of a member, with what it may do and whose checks it sees."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Iterable
from typing import Literal, get_args

Scope = Literal["check", "read", "review", "cases", "bundles", "admin"]
SCOPES: frozenset[Scope] = frozenset(get_args(Scope))


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """The caller of a request; every query of the store takes one and gives what this caller may see.

    `name` is whose Idempotency-Keys these are and what the records name: a rotated key keeps it. `rate_key` is whom
    rate limits count a request to. The operator (`member_id` None) sees every product (`products` None); a member sees
    its own products alone. `key_id`, `user_id` and `expires_at` are those of the key, None where the store has none.
    """

    name: str
    rate_key: str
    scopes: frozenset[Scope] = SCOPES
    member_id: str | None = None
    products: frozenset[str] | None = None
    key_id: str | None = None
    user_id: str | None = None
    expires_at: datetime.datetime | None = None

    def __post_init__(self) -> None:
        if (self.member_id is None) != (self.products is None):
            raise ValueError("a member has products, and the operator sees all of them")

    @property
    def is_operator(self) -> bool:
        """Whether the caller runs the server, or works for who does."""
        return self.member_id is None

    def sees(self, product: str) -> bool:
        """Whether checks, bundles and events of this product are visible to the caller."""
        return self.products is None or product in self.products

    def sees_all(self, products: Iterable[str]) -> bool:
        """Whether all of these products are visible: figures over several of them would tell of the others."""
        return self.products is None or self.products.issuperset(products)


COMMAND_LINE = Principal(name="command-line", rate_key="command-line")  # who has the store, without a server
SELLER = Principal(name="seller", rate_key="seller", scopes=frozenset())  # whom records name where a link was used
SERVER = Principal(name="server", rate_key="server")  # what the server does by itself, such as deleting expired checks
