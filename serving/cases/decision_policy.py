"""On what decisions rely and where they apply, as the seller's letter and the statement of reasons both tell it.

Digital Services Act, Regulation (EU) 2022/2065: territorial scope (Art. 17(3)(a)), legal or contractual ground (Art.
17(3)(d) and (e)), where a complaint is made (Art. 20). docs/law.md has what of these articles is implemented.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Final, Literal

from serving.cases.clocks.periods import EU_COUNTRIES
from serving.cases.notice_texts import GROUND_WORDS
from serving.schemas.enforcement.cases import Ground, Jurisdiction

Scope = Literal["country", "EU", "EEA"]
EEA_COUNTRIES: Final = EU_COUNTRIES | {"IS", "LI", "NO"}
LEGAL_GROUNDS: Final[Mapping[Ground, str]] = {
    "trademark": "Regulation (EU) 2017/1001 on the European Union trade mark, Article 9, or the law of the Member "
    "State that implements Directive (EU) 2015/2436, Article 10.",
    "design": "Regulation (EC) No 6/2002 on Community designs, Article 19, or the law of the Member State on "
    "registered designs.",
    "copyright": "The law of the Member State that implements Directive 2001/29/EC, Articles 2 to 4.",
    "patent": "The patent law of the Member State for which the patent is in force.",
}
FORBIDDEN_BY_TERMS: Final = "The terms and conditions forbid such goods."


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class DecisionPolicy:
    """What the operator decided for all decisions: on what they rely, and where they apply.

    `terms` is the clause of the terms and conditions relied on; empty means that the law alone is. `terms_url` is
    where they are published, and `complaints_url` where complaints are made beside this server; both may be empty.
    """

    scope: Scope = "EU"
    terms: str = ""
    terms_url: str = ""
    complaints_url: str = ""


def territory_of(country: str, scope: Scope) -> tuple[str, ...]:
    """Give the countries in which a decision applies, in order: outside the EEA that of the case alone."""
    if country not in EEA_COUNTRIES:
        return (country,)
    wide = {"country": frozenset[str](), "EU": EU_COUNTRIES, "EEA": EEA_COUNTRIES}
    return tuple(sorted({country, *wide[scope]}))


def territory_words(countries: Sequence[str]) -> str:
    """Give countries in few words."""
    named = frozenset(countries)
    for name, some in (("the European Economic Area", EEA_COUNTRIES), ("the European Union", EU_COUNTRIES)):
        if named >= some:
            return ", ".join([f"{name} ({len(some)} countries)", *sorted(named - some)])
    return ", ".join(countries)


def explanation_of(ground: Ground) -> str:
    """Give why a listing falls under the ground."""
    return f"The listing offers goods that infringe {GROUND_WORDS[ground]} without the consent of its holder."


def ground_words(ground: Ground, country: str, jurisdiction: Jurisdiction, policy: DecisionPolicy) -> str:
    """Give the ground relied on and why a listing falls under it, in words for the seller."""
    explanation = explanation_of(ground)
    if policy.terms:
        clause = f"{policy.terms} ({policy.terms_url})" if policy.terms_url else policy.terms
        return f"Terms and conditions: {clause}. {explanation} {FORBIDDEN_BY_TERMS} It is unlawful as well."
    law = (
        LEGAL_GROUNDS[ground] if jurisdiction == "EU" else f"The law that protects {GROUND_WORDS[ground]} in {country}."
    )
    return f"{law} {explanation}"
