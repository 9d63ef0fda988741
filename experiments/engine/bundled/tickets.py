"""Support tickets: the card of the data that `ticket_generator` makes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from experiments.engine.bundled.card import BundledDataset, Trap
from experiments.engine.messages import N_

if TYPE_CHECKING:
    import pandas as pd


def load_tickets() -> pd.DataFrame:
    """The generated table; imports numpy only when asked."""
    from experiments.engine.bundled.ticket_generator import generate_tickets  # noqa: PLC0415

    return generate_tickets()


TICKETS = BundledDataset(
    key="tickets",
    title=N_("Support tickets"),
    summary=N_(
        "6,000 short messages to the support of a maker of tills, in French and in English: which "
        "one needs somebody at once? An open problem on text, for the eight hours of the advanced "
        "variant."
    ),
    source=N_("Made by a seeded generator of this project; no real person is in it"),
    licence=N_("Same as the project's"),
    period=N_("October 2024 to September 2025"),
    target="urgent",
    positive_class="yes",
    column_meanings={
        "ticket_id": N_("Number of the ticket"),
        "received_at": N_("When the message arrived"),
        "language": N_("Language of the message: French or English"),
        "channel": N_("How it arrived: e-mail, form, chat"),
        "product": N_("What the customer chose in the list of products"),
        "plan": N_("The customer's contract"),
        "message": N_("What the customer wrote"),
        "minutes_to_answer": N_("Minutes until an agent answered"),
        "closing_tag": N_("What the agent ticked when the ticket was closed"),
        "urgent": N_("Somebody had to act at once, as the support team judged afterwards"),
    },
    traps=(
        Trap(
            key="leak",
            title=N_("Columns written after the message was read"),
            description=N_(
                "An agent who has read the message answers the urgent ones first, and ticks the "
                "tag when all is over. Either column alone scores above 0.93 (ROC AUC) without a "
                "word read; when a message arrives, both are empty."
            ),
            columns=("minutes_to_answer", "closing_tag"),
            question=N_("What of this row is known in the second in which the message arrives?"),
        ),
        Trap(
            key="imbalance",
            title=N_("Few are urgent"),
            description=N_(
                "One message in seven is urgent: a model that never rings the bell is right six "
                "times in seven. Accuracy hides it; average precision and recall do not."
            ),
            columns=("urgent",),
            question=N_("How accurate is a model that answers “not urgent” to everything?"),
        ),
        Trap(
            key="negation",
            title=N_("Alarming words in calm messages"),
            description=N_(
                "“Nothing urgent”, “the outage is over”: one message in eight is calm in the words "
                "of an alarm. A model of single words fears them more than other calm messages; "
                "pairs of words help, once the vocabulary is large enough to hold them."
            ),
            columns=("message",),
            question=N_("What does the model make of “this is not urgent”?"),
        ),
        Trap(
            key="irony",
            title=N_("Irony"),
            description=N_(
                "“Bravo, third time this week, our customers love waiting”: urgent, in the very "
                "words of the praise that other messages mean. Filter the errors for “bravo” and "
                "read them aloud."
            ),
            columns=("message",),
            question=N_("Could you tell from the single words? Could anybody?"),
        ),
        Trap(
            key="signature",
            title=N_("A signature that betrays the language"),
            description=N_(
                "Two in three English e-mails end with a confidentiality notice, and the English "
                "customers have more outages: “recipient”, “confidential” and “immediately” look "
                "telling. Within English they say nothing."
            ),
            columns=("message", "language"),
            question=N_("Why should the word “confidential” make a message urgent?"),
        ),
        Trap(
            key="duplicates",
            title=N_("Messages sent twice"),
            description=N_(
                "Who hears nothing sends the same message again. About one test message in ten "
                "stands in train word for word: a nearest neighbour makes almost no error on "
                "those, and ten times as many on the others."
            ),
            columns=("message",),
            question=N_("Has the model read this very message before?"),
        ),
        Trap(
            key="id",
            title=N_("An identifier"),
            description=N_("One value per ticket: a model that uses it learns rows by heart."),
            columns=("ticket_id",),
            question=N_("What could this number say about a message that nobody has read?"),
        ),
    ),
    load=load_tickets,
    primary_metric="average_precision",
    success_threshold=0.8,
    baseline=N_(
        "A logistic regression on the words of the message alone, as they come (TF-IDF). And for "
        "the score of no model at all: the share of urgent messages."
    ),
)
