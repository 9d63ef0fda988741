"""How large a lead luck alone would give in a Dojo, as people read it."""

from __future__ import annotations

from dataclasses import dataclass

from classrooms.models import Dojo
from experiments.models import LeaderboardSnapshot


@dataclass(frozen=True)
class RoomLuck:
    """What the latest ranking says of luck.

    Attributes:
        configs: how many different ones were tried on the test rows; trials of searches are none.
        gain: by how much the best of them would lead the one in the middle by luck alone.
        leaders: the seats whose best run leads it by more.
    """

    configs: int
    gain: float
    leaders: frozenset[int]


def luck_of(dojo: Dojo, snapshot: LeaderboardSnapshot | None) -> RoomLuck | None:
    """What a ranking says of luck; None where the Dojo's rules leave it out, or too few configs
    were tried."""
    found = snapshot.content.get("luck") if snapshot else None
    if not snapshot or not found or not dojo.rules.tells_luck:
        return None
    ranks = snapshot.content["ranks"]
    leaders = frozenset(int(seat) for seat, rank in ranks.items() if rank["leads"])
    return RoomLuck(found["configs"], found["gain"], leaders)


def room_luck_of(dojo: Dojo) -> RoomLuck | None:
    """The same of the latest ranking."""
    return luck_of(dojo, LeaderboardSnapshot.objects.filter(dojo=dojo).only("content").first())
