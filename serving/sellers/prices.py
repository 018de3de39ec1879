"""What a listing asks for: an amount with its currency, where its attributes give both."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping

from pydantic import JsonValue

MAX_AMOUNT = 1e9
AMOUNT_KEYS = ("price", "amount", "price_amount", "value")
CURRENCY_KEYS = ("currency", "price_currency", "currency_code")
SYMBOLS = {"€": "EUR", "£": "GBP", "us$": "USD", "zł": "PLN", "₹": "INR", "₩": "KRW"}  # one currency's alone
_CODE = re.compile(r"\b[A-Z]{3}\b")
_NUMBER = re.compile(r"\d[\d., '\u00a0\u202f]*")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """An amount of a currency (ISO 4217)."""

    amount: float
    currency: str


def price_of(attributes: Mapping[str, JsonValue]) -> Price | None:
    """Give the price, None where there is none or its currency is not sure: `$` and `¥` are several currencies'."""
    named = {name.casefold(): value for name, value in attributes.items()}
    for key in AMOUNT_KEYS:
        value = named.get(key)
        if isinstance(value, Mapping):
            if (price := price_of(value)) is not None:
                return price
            continue
        amount = _amount_of(value)
        currency = _currency_of(value) or next(
            (one for k in CURRENCY_KEYS if (one := _currency_of(named.get(k)))), None
        )
        if amount is not None and currency is not None:
            return Price(amount=amount, currency=currency)
    return None


def _amount_of(value: JsonValue) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    if isinstance(value, str):
        found = _NUMBER.search(value)
        if found is None:
            return None
        amount = _read(found[0])
    else:
        amount = float(value)
    return amount if 0 < amount <= MAX_AMOUNT else None


def _read(text: str) -> float:
    """Read a number: its last comma or point begins the decimals where 1 or 2 digits follow, and all others nothing."""
    digits = re.sub(r"[ '\u00a0\u202f]", "", text).strip(".,")
    whole, decimals = digits, ""
    if (parts := re.fullmatch(r"(.*)[.,](\d{1,2})", digits)) is not None:
        whole, decimals = parts[1], parts[2]
    return float(f"{re.sub(r'[.,]', '', whole) or '0'}.{decimals or '0'}")


def _currency_of(value: JsonValue) -> str | None:
    if not isinstance(value, str):
        return None
    if (code := _CODE.search(value.upper() if len(value) == 3 else value)) is not None:
        return code[0]
    return next((code for symbol, code in SYMBOLS.items() if symbol in value.casefold()), None)
