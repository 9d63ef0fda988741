"""The cost of a request.

US dollars per million tokens, from Anthropic's price list
(https://platform.claude.com/docs/en/about-claude/pricing, read in November 2026).
Another endpoint has other prices: ASSISTANT_PRICES overrides them.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings

MILLION = Decimal(1_000_000)


@dataclass(frozen=True)
class Price:
    """US dollars per million tokens; writing to the cache is for five minutes."""

    input: Decimal
    output: Decimal
    cache_write: Decimal
    cache_read: Decimal


@dataclass(frozen=True)
class Usage:
    """Tokens of one request; `input_tokens` are those that no cache held."""

    input_tokens: int = 0
    output_tokens: int = 0
    cache_write_tokens: int = 0
    cache_read_tokens: int = 0


def _price(*values: str) -> Price:
    return Price(*map(Decimal, values))


PRICES: dict[str, Price] = {
    "claude-haiku-5-5": _price("0.10", "0.50", "0.125", "0.01"),
    "claude-sonnet-5": _price("2", "10", "2.5", "0.20"),
    "claude-sonnet-5-5": _price("2", "10", "2.5", "0.10"),
    "claude-opus-5": _price("5", "25", "6.25", "0.50"),
    "claude-opus-5-5": _price("4", "20", "5", "0.20"),
    "claude-fable-5": _price("10", "50", "12.5", "1"),
}


def price_of(model: str) -> Price:
    """Its price; of a model that nobody priced, the highest known, so that no budget is
    passed unnoticed."""
    if own := settings.ASSISTANT_PRICES.get(model):
        return _price(*map(str, own))
    return PRICES.get(model) or max(PRICES.values(), key=lambda price: price.output)


def cost_of(model: str, usage: Usage) -> Decimal:
    """US dollars, to the millionth."""
    price = price_of(model)
    total = (
        price.input * usage.input_tokens
        + price.output * usage.output_tokens
        + price.cache_write * usage.cache_write_tokens
        + price.cache_read * usage.cache_read_tokens
    )
    return (total / MILLION).quantize(Decimal("0.000001"))
