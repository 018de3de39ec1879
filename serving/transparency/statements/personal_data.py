"""Finds personal data in a text that is to be published, so that it is refused before it leaves.

It finds what has a shape (addresses of e-mail, telephone numbers, accounts of messengers, internet addresses, account
numbers) and what is known of the case (ids of sellers and listings, names of the notifier). A name of a person that
nobody named to us has no shape: who writes the text is responsible for it.
"""

from __future__ import annotations

import dataclasses
import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Final

MIN_KNOWN_LENGTH: Final = 3  # a shorter id or name would match parts of most texts
_HIDDEN: Final = frozenset({"Cf", "Cc", "Mn"})  # controls of direction, joiners, accents that stand alone
_DOT: Final = r"(?:\.|\s*[(\[{]\s*dot\s*[)\]}]\s*|\s+dot\s+)"
_AT: Final = r"(?:@|\s*[(\[{]\s*at\s*[)\]}]\s*)"
_SHAPES: Final[Mapping[str, re.Pattern[str]]] = {
    "an e-mail address": re.compile(rf"[\w.+%-]+{_AT}[\w-]+(?:{_DOT}[\w-]+)+"),
    "an account number": re.compile(r"\b[a-z]{2}\d{2}(?:\s?[a-z0-9]{4}){3,7}(?:\s?[a-z0-9]{1,3})?\b"),
    "an internet address": re.compile(r"\b\d{1,3}(?:\.\d{1,3}){3}\b|\b(?:[0-9a-f]{1,4}:){3,7}[0-9a-f]{1,4}\b"),
    "a telephone number": re.compile(r"(?<![\w.])\+?\(?\d(?:[\s().\-/\u2010-\u2015]{0,3}\d){6,14}(?!\w)"),
    "an account of a messenger": re.compile(
        r"\b(?:wechat|weixin|whatsapp|telegram|signal|viber|line|skype|qq)\b\s*(?:id|number)?\s*[:=#]\s*\S+"
        r"|(?:微信|旺旺|钉钉)\s*(?:号)?\s*[:=]?\s*[\w-]{4,}|(?<!\w)@[a-z0-9_.]{3,}"
    ),
    "a web address": re.compile(r"\b(?:https?://|www\.)\S+"),
}
# Numbers that are none of a person: dates, and acts of the European Union as they are quoted.
_HARMLESS: Final = re.compile(r"\b\d{4}-\d{2}-\d{2}(?:t[\d:.]+z?)?\b|\b\d{1,4}/\d{2,4}(?:/\w{2,3})?\b")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Personal data in a text: what kind it is, and the part of the text as it was compared."""

    kind: str
    text: str


def find_personal_data(text: str, known: Mapping[str, str] | None = None) -> list[Found]:
    """Give the personal data of a text. `known` maps ids and names to what they are, such as "a seller's id".

    Letters are compared as Unicode's NFKC without case, accents and invisible characters, so that ones that only look
    otherwise are found as well.
    """
    plain = comparable(text)
    return [*_shaped(plain), *_known(plain, known or {})]


def comparable(text: str) -> str:
    """Give a text in the form in which texts are compared."""
    split = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text)).casefold()
    kept = (" " if one in "\t\n\r" else one for one in split if one in "\t\n\r" or _is_visible(one))
    return unicodedata.normalize("NFC", "".join(kept))


def _is_visible(one: str) -> bool:
    return unicodedata.category(one) not in _HIDDEN


def _shaped(plain: str) -> Iterator[Found]:
    rest = _HARMLESS.sub(" ; ", plain)
    for kind, pattern in _SHAPES.items():
        for match in pattern.finditer(rest):
            yield Found(kind=kind, text=match.group().strip())
        rest = pattern.sub(" ; ", rest)  # what was found as one kind is not named as another


def _known(plain: str, known: Mapping[str, str]) -> Iterator[Found]:
    for name, kind in known.items():
        wanted = comparable(name).strip()
        if len(wanted) >= MIN_KNOWN_LENGTH and re.search(rf"(?<!\w){re.escape(wanted)}(?!\w)", plain):
            yield Found(kind=kind, text=wanted)
