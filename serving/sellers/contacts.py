"""What a listing's attributes say of who sells: contacts, whole texts and other values, in one spelling each.

Sellers write one number in many ways, with spaces, full-width digits or signs that no reader sees, so that no search
finds it twice. What is kept is a salted hash of the one spelling, and what people see of it is masked.
"""

from __future__ import annotations

import re
import unicodedata
import urllib.parse
from collections.abc import Iterator, Mapping

from pydantic import JsonValue

from serving.store.sellers.trace_rows import TextValue

MAX_TEXTS = 40  # of one check; more would be a catalogue's fields, which many share
MIN_TEXT_WORDS = 8  # shorter ones are names of goods
MAX_DEPTH = 16
MAX_CHARACTERS = 4000  # of one text: what follows is not read
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f"
    "\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]"
)
_EMAIL = re.compile(r"(?<![\w.+%-])[\w.+%-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}")
_URL = re.compile(r"(?:https?://|www\.)[^\s<>\"'）)]+", re.IGNORECASE)
_PHONE = re.compile(r"(?<![\w+])(?:\+|00)?\d[\d\s().·/-]{6,20}\d(?!\w)")
_LABELLED = re.compile(
    r"(?P<label>telegram|whats\s?app|wechat|weixin|we\s?chat|viber|kakaotalk|instagram|skype|line\s?id|qq|vx|"
    r"微信|威信|薇信|电话|手机|phone|mobile|tel)\.?\s*(?:id|号|no|number)?\s*[:：=#@]+\s*"
    r"(?P<name>\+?[\w.@+-][\w .()+-]{3,30})",
    re.IGNORECASE,
)
_PHONE_KEYS = re.compile(r"phone|mobile|tel$|tel_|whatsapp|contact|电话|手机", re.IGNORECASE)
_HANDLE_KEYS = re.compile(
    r"telegram|wechat|weixin|viber|instagram|skype|line_?id|^qq$|^vx$|微信|messenger", re.IGNORECASE
)
_ADDRESS_KEYS = re.compile(r"address|street|warehouse|ship(s|ped)?_?from|地址", re.IGNORECASE)
_MONEY_KEYS = re.compile(r"price|amount|currency|quantity|stock|count|rating|_at$|date|time", re.IGNORECASE)
_PHONE_LABELS = ("whatsapp", "phone", "mobile", "tel", "viber", "电话", "手机")
_PHONE_DIGITS = 9  # of the end: with and without the country's code it is the same number


def find_texts(attributes: Mapping[str, JsonValue]) -> list[TextValue]:
    """Give what could be shared with other sellers, each once, contacts first."""
    found: dict[tuple[str, str], TextValue] = {}
    fields = [(key, _cleaned(text)) for key, text in _fields(attributes)]
    for key, text in fields:
        for value in _contacts(key, text):
            found.setdefault((value.kind, value.text), value)
    for key, text in fields:
        if (other := _other(key, text)) is not None:
            found.setdefault((other.kind, other.text), other)
    return list(found.values())[:MAX_TEXTS]


def _fields(value: JsonValue | Mapping[str, JsonValue], key: str = "", depth: int = 0) -> Iterator[tuple[str, str]]:
    """Give every text and number with the name of its field."""
    if depth > MAX_DEPTH:
        return
    if isinstance(value, Mapping):
        for name, item in value.items():
            yield from _fields(item, name, depth + 1)
    elif isinstance(value, list):
        for item in value:
            yield from _fields(item, key, depth + 1)
    elif isinstance(value, (str, int)) and not isinstance(value, bool):
        yield key, str(value)


def _cleaned(text: str) -> str:
    """Give a text without what nobody sees, with full-width and other forms of letters and digits as plain ones."""
    return unicodedata.normalize("NFKC", _INVISIBLE.sub("", text[:MAX_CHARACTERS])).strip()


def _contacts(key: str, text: str) -> Iterator[TextValue]:
    for email in _EMAIL.findall(text):
        name, _, host = email.casefold().partition("@")
        plain = name.partition("+")[0]
        yield TextValue(kind="contact", text=f"email {plain}@{host}", shown=f"e-mail {plain[:1]}…@{host}"[:200])
    for url in _URL.findall(text):
        yield from _from_url(url)
    rest = _URL.sub(" ", _EMAIL.sub(" ", text))
    for labelled in _LABELLED.finditer(rest):
        label = re.sub(r"\s", "", labelled["label"].casefold())
        yield from _phone(labelled["name"]) if label in _PHONE_LABELS else _handle(labelled["name"])
    if _HANDLE_KEYS.search(key) and not _URL.search(text):
        yield from _handle(text)
    for phone in _PHONE.findall(rest):
        if _PHONE_KEYS.search(key) or phone.startswith(("+", "00")):
            yield from _phone(phone)
    if _ADDRESS_KEYS.search(key):
        plain = _words(text)
        if len(plain) >= 10:
            yield TextValue(kind="address", text=f"address {plain}", shown=f"address {text[:4]}…")


def _from_url(url: str) -> Iterator[TextValue]:
    try:
        parts = urllib.parse.urlsplit(url if "://" in url else f"http://{url}")
        host = (parts.hostname or "").removeprefix("www.")
    except ValueError:
        return
    path = parts.path.strip("/.,;")
    if host in ("t.me", "telegram.me") and path:
        yield from _handle(path)
    elif host == "wa.me" and path:
        yield from _phone(path)
    elif "." in host:
        yield TextValue(
            kind="address", text=f"url {host}/{path.casefold()}", shown=f"link {host}/{'…' if path else ''}"[:200]
        )


def _phone(text: str) -> Iterator[TextValue]:
    digits = "".join(one for one in text if one.isdigit()).removeprefix("00")
    if _PHONE_DIGITS - 1 <= len(digits) <= 15:
        yield TextValue(kind="contact", text=f"phone {digits[-_PHONE_DIGITS:]}", shown=f"phone …{digits[-3:]}")


def _handle(text: str) -> Iterator[TextValue]:
    name = text.strip(" .@").split(" ")[0].split("/")[0].casefold()
    if 4 <= len(name) <= 40:
        yield TextValue(kind="contact", text=f"handle {name}", shown=f"handle {name[:2]}…")


def _other(key: str, text: str) -> TextValue | None:
    """Give a whole text or another value of a field, None where it says too little."""
    plain = _words(text)
    words = plain.split(" ")
    if len(words) >= MIN_TEXT_WORDS or len(plain) >= 60:
        return TextValue(kind="text", text=plain, shown=f"text of {len(plain)} characters")
    if len(plain) < 3 or _MONEY_KEYS.search(key) or any(True for _ in _contacts(key, text)):
        return None
    return TextValue(kind="attribute", text=f"{_words(key)}={plain}", shown=f"“{key[:80]}”")


def _words(text: str) -> str:
    """Give the letters and digits of a text, one space between words."""
    return " ".join(re.findall(r"\w+", text.casefold()))
