"""Units that stand beside numbers: which of them are known, and which are the same."""

from __future__ import annotations

import re

from engine.spec.schema import UnitKind

PERCENT = frozenset({"%", "٪", "％", "pct", "percent", "per cent", "pour cent"})
CURRENCY_SIGNS = frozenset("€$£¥₹₽₩₺₪₫₴₦฿")
# The codes of ISO 4217 that are met, and what people write instead.
_CURRENCIES = """eur usd gbp chf jpy cny inr cad aud nzd sek nok dkk isk pln czk huf ron bgn try rub
uah brl mxn ars clp cop zar mad tnd dzd xof xaf egp ils aed sar krw sgd hkd twd thb idr myr php vnd
euro euros dollar dollars us$ ca$ c$ au$ a$ nz$ hk$ s$ r$ mx$ fr. sfr. fr rs rs. kr kr. zł kč ft k€
m€ md€ mrd€ keur meur k$ m$ k£ m£ kchf mchf kusd"""
# A single capital that clings to a number is rather part of a code: 12B.
_SYMBOLS = """‰ ° °C °F ℃ ℉ ºC ºF nm µm μm mm cm dm m km mi ft in yd mm² cm² m² km² m2 km2 ha mm³
cm³ dm³ m³ m3 µg μg mg cg g kg t lb lbs oz µl μl ul ml mL cl cL dl dL l L hl hL gal ms s sec min mn
h hr hrs km/h kmh mph m/s kn kW MW GW Wh kWh MWh GWh kJ MJ cal kcal mV kV mA Hz kHz MHz GHz Pa hPa
kPa bar mbar psi mmHg bpm dB ko Ko Mo Go To kB KB MB GB TB bit kbit Mbit bps kbps Mbps px pt pts ppm
ppb mol mmol mmol/L mg/L mg/dL mg/dl g/L g/l g/dL g/km g/cm³ L/100km €/m² an ans an(s) yr yrs"""
CURRENCY_WORDS = frozenset(_CURRENCIES.split())
SYMBOLS = frozenset(_SYMBOLS.split())
# The same in every case but their own: another spelling is no other unit.
ALIASES = {
    "pct": "%",
    "percent": "%",
    "per cent": "%",
    "pour cent": "%",
    "eur": "€",
    "euro": "€",
    "euros": "€",
    "℃": "°C",
    "ºC": "°C",
    "℉": "°F",
    "ºF": "°F",
}
WORD = re.compile(r"[^\W\d_]{2,20}(?:[ /.][^\W\d_]{1,20})?\.?")


def unit_kind(unit: str) -> UnitKind:
    """Per cent, a currency, or another unit; "" of no unit."""
    if not unit:
        return ""
    if unit.lower() in PERCENT:
        return "percent"
    return "currency" if is_currency(unit) else "other"


def is_currency(unit: str) -> bool:
    return unit in CURRENCY_SIGNS or unit.lower() in CURRENCY_WORDS


def is_unit_behind(text: str, *, apart: bool) -> bool:
    """Return whether a text behind numbers is a unit.

    Args:
        apart: a space stands before it: so any word may be one (12 rooms), while a letter
            that clings to a number may be part of a code (12A).
    """
    return is_known(text) or (apart and bool(WORD.fullmatch(text)))


def is_known(unit: str) -> bool:
    return unit in SYMBOLS or unit_kind(unit) in {"", "percent", "currency"}


def merged_units(units: set[str]) -> dict[str, str]:
    """What each unit is called where some are spellings of one: euro signs and codes, one year
    and two years."""
    named: dict[str, str] = {}
    for unit in sorted(units):
        alias = ALIASES.get(unit, ALIASES.get(unit.lower(), unit))
        name = alias if alias in units else unit
        if f"{name}s" in units:
            name = f"{name}s"
        if len(name) > 2:
            name = next((other for other in named.values() if other.lower() == name.lower()), name)
        named[unit] = name
    return named
