"""Cache of the findings of unchanged records, kept by each web process.

With a hundred participants something changes every second, and each time the table is
drawn again; only who changed is read and judged anew. Nothing here matters: what is
lost is read again.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from threading import Lock

from experiments.findings import Finding
from experiments.models import Experiment

RECORDS_KEPT = 1000


@dataclass(frozen=True)
class Judged:
    """A participant's record with what the rules find, as of a state."""

    state: Hashable
    experiments: list[Experiment]
    findings: list[Finding]


class Memory:
    """The latest judgement of each record, by its participant's public identifier."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._kept: OrderedDict[str, Judged] = OrderedDict()
        self._lock = Lock()

    def recall(self, who: str, state: Hashable) -> Judged | None:
        """Cached findings of this person in this exact state."""
        with self._lock:
            found = self._kept.get(who)
            if found is None or found.state != state:
                return None
            self._kept.move_to_end(who)
            return found

    def keep(self, who: str, judged: Judged) -> None:
        """Remember it in place of what was judged before; the longest unused is forgotten."""
        with self._lock:
            self._kept[who] = judged
            self._kept.move_to_end(who)
            if len(self._kept) > self._size:
                self._kept.popitem(last=False)


memory = Memory(RECORDS_KEPT)
