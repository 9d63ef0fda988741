"""Cut a text that is still being written into sentences that are complete.

A fenced block, a draft, is one piece, whatever is in it. Nothing is lost: the pieces joined are
the text.
"""

from __future__ import annotations

import re

FENCE = "```"
# Not after “vs.”, “e.g.”, “p. ex.” or a number of a list; a decimal point has no space behind it.
_END = re.compile(
    r"(?:(?<!\bvs)(?<!\be\.g)(?<!\bi\.e)(?<!\bp)(?<!\bex)(?<!\bcf)(?<!\bn)(?<![\n ]\d)(?<!^\d)\."
    r"|[!?…])[\"'”»*_)\u00a0]*(?:\s+|$)|\n+"
)
_OPEN, _CLOSE = "“«", "”»"


class Sentences:
    """Takes pieces of a text as they come, and gives the sentences that are complete."""

    def __init__(self) -> None:
        self._rest = ""

    def feed(self, words: str) -> list[str]:
        """The sentences that these words complete, with the blanks behind them."""
        self._rest += words
        return self._complete(is_over=False)

    def finish(self) -> list[str]:
        """What is left at the end."""
        found = self._complete(is_over=True)
        if self._rest:
            found.append(self._rest)
        self._rest = ""
        return found

    def _complete(self, *, is_over: bool) -> list[str]:
        found = []
        while (end := self._next_end(is_over=is_over)) is not None:
            found.append(self._rest[:end])
            self._rest = self._rest[end:]
        return found

    def _next_end(self, *, is_over: bool) -> int | None:
        text = self._rest
        if text.lstrip().startswith(FENCE):
            start = text.index(FENCE)
            close = text.find(f"\n{FENCE}", start + len(FENCE))
            if close < 0:
                return None
            line = text.find("\n", close + 1)
            return line + 1 if line >= 0 else (len(text) if is_over else None)
        fence = text.find(FENCE)
        for match in _END.finditer(text):
            end = match.end()
            # More digits, or the closing mark of a quotation, may still come.
            if end == len(text) and not is_over and not match[0][-1].isspace():
                return None
            if 0 <= fence < end:
                return fence if text[:fence].strip() else None
            if not _is_within_quotes(text[: match.start()]) or "\n" in match[0]:
                return end
        return fence if fence > 0 and text[:fence].endswith("\n") else None


def _is_within_quotes(text: str) -> bool:
    return sum(map(text.count, _OPEN)) > sum(map(text.count, _CLOSE))


def split(text: str) -> list[str]:
    """A whole text in sentences."""
    cutter = Sentences()
    return [*cutter.feed(text), *cutter.finish()]
