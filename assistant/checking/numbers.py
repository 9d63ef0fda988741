"""Whether every number in a sentence is in the record, or follows from numbers that are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from assistant.checking.known import Known, Run

_NUMBER = re.compile(
    r"(?<![\w.,#])(?<!# )[+\-−–±]?\s?"
    r"(?P<digits>\d{1,3}(?:[\u00a0\u202f ,]\d{3})+(?:[.,]\d+)?|\d+(?:[.,]\d+)?)"
    r"(?P<percent>\s?%|\s(?:percent|pour cent|percentage points?|points?|pts?)\b)?(?![\w%])"
)
_EXPERIMENT = re.compile(
    r"#\s?(\d+)|\b(?:experiment|expérience|run|exécution)\s+(?:n°\s?)?(\d+)\b", re.I
)
_WORDS = {
    "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "sept": 7, "huit": 8, "neuf": 9,
    "dix": 10,
}  # fmt: skip
# Things of which the record knows how many there are.
COUNTED = {
    "changes": r"(?:things?|changes?|differences?|choses|changements?|différences?|modifications?)",
    "experiments": r"(?:experiments?|runs?|expériences?|exécutions?)",
    "errors": r"(?:errors?|mistakes?|erreurs?|false (?:alarms?|positives?|negatives?)|missed cases?"
    r"|fausses (?:alertes?|alarmes?)|faux (?:positifs?|négatifs?)|cas manqués?)",
}
_COUNT = re.compile(
    rf"\b(?P<count>\d+|{'|'.join(_WORDS)})\s+(?:\w+\s+)?(?:"
    + "|".join(f"(?P<{kind}>{pattern})" for kind, pattern in COUNTED.items())
    + r")\b",
    re.IGNORECASE,
)
# Of their own work, an example of the glossary is a wrong number.
_THEIRS = re.compile(
    r"\b(?:you|your|yours|vous|votre|vos|it scores?|it has|it reached|son score)\b|#\s?\d", re.I
)
# Advice about what to do counts nothing in the record: “read ten errors”.
_ADVICE = re.compile(
    r"\b(?:read|look at|take|pick|list|choose|note|compare|find|write|keep|lisez|regardez|prenez"
    r"|choisissez|notez|comparez|trouvez|écrivez|gardez|citez|name)\b",
    re.IGNORECASE,
)
_BOTH = re.compile(r"\b(?:the|these|those|les|des|ces|aux)\s+$", re.IGNORECASE)
CONVENTIONS = frozenset({0.0, 0.5, 1.0, 50.0, 95.0, 100.0})
SMALLEST_TOLD = 1e-9


@dataclass(frozen=True)
class Told:
    """A number as it is written.

    Attributes:
        readings: its values with their decimals; two where a comma could mean either.
    """

    text: str
    readings: tuple[tuple[float, int], ...]
    is_percent: bool


def told_in(sentence: str) -> Iterator[Told]:
    """Every number of a sentence, those of experiments left out."""
    plain = _EXPERIMENT.sub(" ", sentence)
    for match in _NUMBER.finditer(plain):
        yield Told(match[0].strip(), tuple(_readings(match["digits"])), bool(match["percent"]))


def _readings(digits: str) -> Iterator[tuple[float, int]]:
    compact = re.sub(r"[\u00a0\u202f ]", "", digits)
    if re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", compact):
        whole, _point, decimals = compact.replace(",", "").partition(".")
        yield float(f"{whole}.{decimals or 0}"), len(decimals)
    decimal = compact.replace(",", ".")
    if decimal.count(".") <= 1:
        yield float(decimal), len(decimal.partition(".")[2])


def wrong_numbers(sentence: str, known: Known) -> list[str]:
    """The numbers that neither stand in the record nor follow from it, as they are written."""
    wrong = [match[0] for match in _EXPERIMENT.finditer(sentence) if not _exists(match, known)]
    counted = list(_counts(sentence))
    wrong += [
        text for text, kind, count in counted if count not in known.counted.get(kind, {count})
    ]
    is_theirs = bool(_THEIRS.search(sentence))
    spoken_of = runs_named(sentence, known)
    for one in told_in(sentence):
        if any(one.text.strip("+-−–± ") in text.split() for text, _kind, _count in counted):
            continue
        if not any(
            _stands(value, decimals, one, known, spoken_of, is_theirs=is_theirs)
            for value, decimals in one.readings
        ):
            wrong.append(one.text)
    return wrong + list(_of_another_part(sentence, known))


_PART = re.compile(r"\b(train(?:ing)?|entraînement|test)\b", re.IGNORECASE)
_BEHIND = re.compile(
    r"\s*(?:on|in|for|sur|en|dans)\s+(?:the\s+|le\s+|l')?(train(?:ing)?|entraînement|test)\b",
    re.IGNORECASE,
)
# A score stands as near as this behind the part that it is of.
NEAR = 30


def _of_another_part(sentence: str, known: Known) -> Iterator[str]:
    """Scores told of the test set that are the training set's, or the other way round."""
    for match in _NUMBER.finditer(sentence):
        parts = list(_PART.finditer(sentence[max(0, match.start() - NEAR) : match.start()]))
        # A score has decimals: “0,867” is no number of thousands.
        nothing = (0.0, 0)
        value, decimals = max(_readings(match["digits"]), key=lambda one: one[1], default=nothing)
        if not parts or decimals < 2 or match["percent"]:
            continue
        # “… 0.81 on test” says behind the number what it is of.
        behind = _BEHIND.match(sentence, match.end())
        said = (behind or parts[-1])[1].casefold()
        named = "test" if said == "test" else "train"
        of = {
            part: any(
                abs(score - value) <= 0.5 * 10**-decimals + SMALLEST_TOLD
                for metric, scores in known.scores.items()
                if metric.endswith(part)
                for score in scores
            )
            for part in ("train", "test")
        }
        if of["train"] != of["test"] and not of[named]:
            yield match["digits"]


def _exists(match: re.Match[str], known: Known) -> bool:
    return int(match[1] or match[2]) in known.numbers_taken


def _counts(sentence: str) -> Iterator[tuple[str, str, int]]:
    for match in _COUNT.finditer(sentence):
        kind = next(kind for kind in COUNTED if match[kind])
        if _ADVICE.search(sentence[: match.start()]):
            continue
        raw = match["count"].casefold()
        count = _WORDS[raw] if raw in _WORDS else int(raw)
        # “which of the two errors”: two kinds of them.
        if count == 2 and _BOTH.search(sentence[: match.start()]):
            continue
        yield match[0], kind, count


def runs_named(sentence: str, known: Known) -> list[Run]:
    """The experiments that a sentence is about, the first first."""
    named = [int(match[1] or match[2]) for match in _EXPERIMENT.finditer(sentence)]
    numbers = named or ([known.looked_at] if known.looked_at is not None else [])
    return [known.runs[number] for number in numbers if number in known.runs]


def _stands(
    value: float,
    decimals: int,
    told: Told,
    known: Known,
    spoken_of: list[Run],
    *,
    is_theirs: bool,
) -> bool:
    if value in CONVENTIONS and (told.is_percent or not decimals or value == 0.5):
        return True
    if not told.is_percent and not decimals and value <= 3:
        return True
    unit = 0.01 if told.is_percent else 1.0
    half = 0.5 * 10**-decimals * unit + SMALLEST_TOLD

    def is_one_of(numbers: Iterator[float]) -> bool:
        return any(abs(abs(number) - value * unit) <= half for number in numbers)

    # Somebody may have written “78 %”, which was sent as 78.
    if told.is_percent and value in known.numbers:
        return True
    if is_one_of(iter(known.numbers)) or is_one_of(_derived(known, spoken_of, told)):
        return True
    if is_theirs:
        return False
    return value in known.reference_numbers or is_one_of(iter(known.reference_numbers))


def _derived(known: Known, spoken_of: list[Run], told: Told) -> Iterator[float]:
    """Differences of scores, half the width of an interval, and what the counts of a run give."""
    for values in known.scores.values():
        for place, first in enumerate(values):
            for second in values[place + 1 :]:
                yield first - second
                yield (first - second) / 2
                if told.is_percent and second and first:
                    yield (first - second) / second
                    yield (first - second) / first
            if told.is_percent:
                yield 1 - first
    runs = spoken_of or list(known.runs.values())
    for run in runs:
        yield from _from_confusion(run)
    for run, other_run in pairwise(runs):
        for cell in ("fp", "fn", "tp", "tn"):
            one, other = run.confusion.get(cell), other_run.confusion.get(cell)
            if one is not None and other is not None:
                yield one - other
                if other and one:
                    yield (one - other) / other
                    yield (one - other) / one


def _from_confusion(run: Run) -> Iterator[float]:
    """Rates and ratios that people tell of a confusion matrix."""
    if len(run.confusion) < 4:
        return
    tp, fp, fn, tn = (run.confusion[cell] for cell in ("tp", "fp", "fn", "tn"))
    total, errors = tp + fp + fn + tn, fp + fn
    sums = {errors, tp + fp, tp + fn, tn + fp, tn + fn, tp + tn, total}
    yield from map(float, sums)
    for part, whole in (
        (tp, tp + fp), (fp, tp + fp), (tp, tp + fn), (fn, tp + fn), (fp, fp + tn), (tn, fp + tn),
        (errors, total), (tp + tn, total), (tp + fn, total), (tp + fp, total), (fp, errors),
        (fn, errors), (fp, fn), (fn, fp), (fp, total), (fn, total),
    ):  # fmt: skip
        if whole:
            yield part / whole
