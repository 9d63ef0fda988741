"""Generator of the Support tickets data: seeded, and honest about how it is made.

The story. *Comptoir* sells tills and a web shop to small retailers in France and, since
a year, in Britain and Ireland. Customers write in French or in English; the support
team reads 6,000 messages a year, and about one in seven needs somebody at once.

How urgency arises. Each message has a situation (blocking, degraded, a question), a
scope (everyone, one person) and a deadline; their log-odds add up, and chance decides
the rest. The words are then drawn for the situation. The planted traps are in the
functions below, each with its reason.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from engine.bundled.ticket_phrases import PHRASES, THINGS

ROWS = 6_000
SEED = 20_250_115
COPIES = 0.07
FIRST_MINUTE = pd.Timestamp(2024, 10, 1)
MINUTES = 365 * 24 * 60

# Log-odds of being urgent.
SITUATION = {"blocking": 3.6, "degraded": -1.8, "question": -6.0}
SCOPE = {"everyone": 2.2, "one": -1.8, "": 0.0}
DEADLINE = {"today": 2.2, "later": -2.6, "": 0.0}
SPOKEN_OTHERWISE = {"denied": -4.5, "praising": -4.5, "ironic": 3.2}
# English customers are newer, and more of what they write about is broken.
BLOCKING_SHARE = {"fr": 0.12, "en": 0.3}
SIGNED_SHARE = {"fr": 0.10, "en": 0.62}


@dataclass(frozen=True)
class Ticket:
    """A customer's situation, before it is put into words."""

    language: str
    thing: str
    situation: str
    scope: str
    deadline: str

    @property
    def log_odds(self) -> float:
        """Of being urgent."""
        if self.situation in SPOKEN_OTHERWISE:
            return SPOKEN_OTHERWISE[self.situation]
        return -3.0 + SITUATION[self.situation] + SCOPE[self.scope] + DEADLINE[self.deadline]


def generate_tickets(rows: int = ROWS, seed: int = SEED) -> pd.DataFrame:
    """The tickets of a year, shape (rows, 10), in the order in which they came.

    The same seed gives the same table on every platform (PCG64).
    """
    rng = np.random.default_rng(seed)
    tickets = [_ticket(rng) for _ in range(rows)]
    odds = np.array([ticket.log_odds for ticket in tickets])
    urgent = rng.random(rows) < 1 / (1 + np.exp(-odds))
    channel = rng.choice(["email", "form", "chat"], rows, p=[0.5, 0.35, 0.15])
    table = pd.DataFrame(
        {
            "received_at": FIRST_MINUTE
            + pd.to_timedelta(np.sort(rng.integers(0, MINUTES, rows)), unit="min"),
            "language": [ticket.language for ticket in tickets],
            "channel": channel,
            "product": [ticket.thing for ticket in tickets],
            "plan": rng.choice(["basic", "plus", "premium"], rows, p=[0.6, 0.3, 0.1]),
            "message": [
                _message(rng, ticket, signs=medium == "email", urgent=bool(is_urgent))
                for ticket, medium, is_urgent in zip(tickets, channel, urgent, strict=True)
            ],
            "urgent": np.where(urgent, "yes", "no"),
        }
    )
    table = _sent_again(rng, table)
    is_urgent = (table["urgent"] == "yes").to_numpy()
    table.insert(0, "ticket_id", 500_000 + rng.permutation(4 * rows)[:rows])
    table.insert(7, "minutes_to_answer", _minutes_to_answer(rng, is_urgent))
    table.insert(8, "closing_tag", _closing_tag(rng, is_urgent))
    return table.assign(received_at=table["received_at"].astype(str))


def _ticket(rng: np.random.Generator) -> Ticket:
    language = "en" if rng.random() < 0.4 else "fr"
    thing = str(rng.choice(list(THINGS)))
    blocking = BLOCKING_SHARE[language]
    kinds = [*SPOKEN_OTHERWISE, "blocking", "degraded", "question"]
    situation = str(rng.choice(kinds, p=[0.13, 0.06, 0.03, blocking, 0.53 - blocking, 0.25]))
    if situation in SPOKEN_OTHERWISE:
        return Ticket(language, thing, situation, "", "")
    scope = str(rng.choice(["everyone", "one", ""], p=[0.3, 0.3, 0.4]))
    deadline = str(rng.choice(["today", "later", ""], p=[0.25, 0.3, 0.45]))
    if situation == "question":  # nobody is kept from their work by one
        scope = ""
    return Ticket(language, thing, situation, scope, deadline)


def _message(rng: np.random.Generator, ticket: Ticket, *, signs: bool, urgent: bool) -> str:
    """The ticket in words, with the mistakes that people make."""
    phrases = PHRASES[ticket.language]

    def say(kind: str) -> str:
        return str(rng.choice(phrases[kind]))

    sentences = [say(ticket.situation)]
    sentences += [say(kind) for kind in (ticket.scope, ticket.deadline) if kind]
    # Crying wolf: some who are not urgent shout all the same.
    if ticket.situation not in SPOKEN_OTHERWISE and rng.random() < (0.45 if urgent else 0.06):
        sentences.insert(int(rng.integers(0, 2)), say("shout"))
    if rng.random() < 0.45:
        sentences.append(say("detail"))
    values = {
        "thing": THINGS[ticket.thing][ticket.language],
        "hour": f"{rng.integers(6, 20)}" + (" o'clock" if ticket.language == "en" else " h"),
        "number": str(rng.integers(100, 9_999)),
        "calm": say("question"),
    }
    # A calm sentence names the thing too, so it is filled in twice.
    written = [each.format_map(values).format_map(values) for each in sentences]
    text = _misspelt(rng, ". ".join(each[0].upper() + each[1:] for each in written) + ".")
    if ticket.language == "fr" and rng.random() < 0.25:
        text = _without_accents(text)
    if rng.random() < 0.7:
        text = f"{say('opening')}, {text}"
    if rng.random() < 0.6:
        text = f"{text} {say('closing')}"
    # The boilerplate: mail programs add it, whatever the message says.
    if signs and rng.random() < SIGNED_SHARE[ticket.language]:
        text = f"{text} {say('signature')}"
    return text


def _misspelt(rng: np.random.Generator, text: str) -> str:
    """One message in five has two words with two letters changed over."""
    if rng.random() >= 0.2:
        return text
    words = text.split(" ")
    for place in rng.integers(0, len(words), 2):
        word = words[place]
        if len(word) > 4:
            at = int(rng.integers(1, len(word) - 2))
            words[place] = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    return " ".join(words)


def _without_accents(text: str) -> str:
    return text.translate(str.maketrans("àâçéèêëîïôùûü", "aaceeeeiiouuu"))


def _sent_again(rng: np.random.Generator, table: pd.DataFrame) -> pd.DataFrame:
    """The copies: who hears nothing sends the same message again, some days later.

    They take the place of other rows, so that the table keeps its length.
    """
    rows = len(table)
    replaced = np.sort(rng.choice(np.arange(rows // 20, rows), int(rows * COPIES), replace=False))
    originals = replaced - rng.integers(1, rows // 20, len(replaced))
    copied = [name for name in table.columns if name != "received_at"]
    values = table[copied].to_numpy(dtype=object)
    for place, original in zip(replaced, originals, strict=True):
        values[place] = values[original]
    return pd.concat([table[["received_at"]], pd.DataFrame(values, columns=copied)], axis=1)


def _minutes_to_answer(rng: np.random.Generator, urgent: np.ndarray) -> np.ndarray:
    """A leak: an agent who has read the message answers the urgent ones first."""
    median = np.where(urgent, 11.0, 190.0)
    return np.maximum(1, (median * rng.lognormal(0, 0.9, len(urgent))).round()).astype(int)


def _closing_tag(rng: np.random.Generator, urgent: np.ndarray) -> np.ndarray:
    """A leak: what the agent ticks when the ticket is closed."""
    tags = ["incident", "bug", "how-to", "sales"]
    of_urgent = rng.choice(tags, len(urgent), p=[0.86, 0.12, 0.02, 0.0])
    of_others = rng.choice(tags, len(urgent), p=[0.05, 0.4, 0.4, 0.15])
    return np.where(urgent, of_urgent, of_others)
