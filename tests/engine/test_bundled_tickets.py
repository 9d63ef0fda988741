"""Each trap of the support tickets is really there, shown with fitted models."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from engine.bundled import BUNDLED
from engine.bundled.ticket_generator import generate_tickets
from engine.reading.health.report import health_report
from engine.run.evaluate import fit
from engine.spec.config import validate_config
from tests.engine.conftest import Table, prepare

CARD = BUNDLED["tickets"]
DENIED = (
    "nothing urgent|not urgent|not an emergency|no longer down|outage of .* over|was down|"
    "nobody is blocked|as an emergency|close the emergency|rien d'urgent|pas urgent|"
    "pas une urgence|panne est finie|plus en panne|en urgence|panne pour .* câble|clore l'urgence"
)
IRONY = "bravo|wonderful|formidable|relaxing|reposante|quelle belle|what a great"


@pytest.fixture(scope="module")
def raw() -> pd.DataFrame:
    return generate_tickets()


@pytest.fixture(scope="module")
def tickets(raw: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> Table:
    folder = tmp_path_factory.mktemp("tickets")
    return prepare(raw, folder, target="urgent", positive="yes", policy=CARD.split)


class Model:
    """A config fitted on train, and what it says of test."""

    def __init__(
        self, tickets: Table, columns: list[str], model: str = "logistic_regression", **text: Any
    ) -> None:
        data = {
            "columns": {"include": columns},
            "preparation": {"text": text},
            "model": {"name": model},
        }
        config = validate_config(data, tickets.schema)
        self.pipeline = fit(config, tickets.schema, tickets.frame, tickets.split.train)
        self.test = tickets.frame.iloc[tickets.split.test]
        self.y = tickets.schema.encode_target(self.test)
        self.probability = self.pipeline.predict_proba(self.test[columns])[:, 1]
        self.wrong = (self.probability >= 0.5) != (self.y == 1)

    def says(self, words: str) -> np.ndarray:
        """Which messages have one of these words."""
        return self.test["message"].str.contains(words, case=False).to_numpy()

    def auc(self, rows: np.ndarray | slice = slice(None)) -> float:
        return float(roc_auc_score(self.y[rows], self.probability[rows]))


@pytest.fixture(scope="module")
def words(tickets: Table) -> Model:
    """The suggested baseline: single words of the message alone."""
    return Model(tickets, ["message"])


@pytest.fixture(scope="module")
def pairs(tickets: Table) -> Model:
    return Model(tickets, ["message"], ngram_max=2, vocabulary=2000)


def test_the_table_is_what_the_card_says(raw: pd.DataFrame, tickets: Table) -> None:
    assert raw.shape == (6000, 10)
    assert list(raw.columns) == list(CARD.column_meanings)
    for trap in CARD.traps:
        assert set(trap.columns) <= set(raw.columns)
    kinds = {name: tickets.schema.by_name[name].type for name in raw.columns}
    assert kinds["message"] == "text"
    assert kinds["received_at"] == "datetime"
    assert kinds["ticket_id"] == "id"
    assert (raw["language"] == "fr").mean() == pytest.approx(0.6, abs=0.02)


def test_the_same_seed_gives_the_same_bytes(raw: pd.DataFrame) -> None:
    csv = raw.to_csv(index=False).encode()
    assert generate_tickets(rows=400).equals(generate_tickets(rows=400))
    assert not generate_tickets(rows=400).equals(generate_tickets(rows=400, seed=1))
    assert hashlib.sha256(csv).hexdigest() == (
        "dc41952828867af2e392218b12ec58e504e1b452422c4de90bfae9e5ae183db7"
    )


@pytest.mark.parametrize("column", ["minutes_to_answer", "closing_tag"])
def test_what_is_written_afterwards_knows_the_answer(column: str, tickets: Table) -> None:
    assert Model(tickets, [column]).auc() > 0.93
    assert Model(tickets, [column, "message"]).auc() > 0.97


def test_accuracy_hides_that_few_are_urgent(raw: pd.DataFrame) -> None:
    assert 0.12 < (raw["urgent"] == "yes").mean() < 0.16


def test_single_words_fear_a_denied_alarm_and_pairs_do_not(words: Model, pairs: Model) -> None:
    calm = words.y == 0
    denied = words.says(DENIED)
    assert words.y[denied].mean() < 0.05
    for model, is_afraid in ((words, True), (pairs, False)):
        of_denied = model.probability[calm & denied].mean()
        of_others = model.probability[calm & ~denied].mean()
        assert bool(of_denied > 1.1 * of_others) is is_afraid
    assert pairs.auc() > words.auc() + 0.03


def test_pairs_need_a_large_vocabulary(tickets: Table, words: Model) -> None:
    assert Model(tickets, ["message"], ngram_max=2).auc() < words.auc() - 0.02


def test_single_words_take_irony_for_praise(words: Model, pairs: Model) -> None:
    irony = words.says(IRONY)
    assert 0.2 < words.y[irony].mean() < 0.5
    assert words.auc(irony) < words.auc(~irony) - 0.1
    assert pairs.auc(irony) > words.auc(irony) + 0.1


def test_the_signature_only_betrays_the_language(raw: pd.DataFrame) -> None:
    urgent = raw["urgent"] == "yes"
    signed = raw["message"].str.contains("confidenti")
    english = raw["language"] == "en"
    assert signed[english].mean() > 3 * signed[~english].mean()
    assert urgent[signed].mean() > urgent[~signed].mean() + 0.02
    within = urgent[english & signed].mean() - urgent[english & ~signed].mean()
    assert abs(within) < 0.02


def test_a_neighbour_has_read_the_copies_before(tickets: Table) -> None:
    data = {
        "columns": {"include": ["message"]},
        "preparation": {"text": {"vocabulary": 1000}},
        "model": {"name": "k_nearest_neighbours", "n_neighbors": 1},
    }
    config = validate_config(data, tickets.schema)
    pipeline = fit(config, tickets.schema, tickets.frame, tickets.split.train)
    test = tickets.frame.iloc[tickets.split.test]
    known = test["message"].isin(set(tickets.frame["message"].iloc[tickets.split.train]))
    wrong = pipeline.predict(test[["message"]]) != tickets.schema.encode_target(test)
    assert 0.07 < known.mean() < 0.15
    assert wrong[known.to_numpy()].mean() < 0.02
    assert wrong[~known.to_numpy()].mean() > 0.08


def test_the_facilitator_is_told_of_the_copies(tickets: Table) -> None:
    report = health_report(tickets.frame, tickets.schema, tickets.split)
    found = {finding["code"]: finding for finding in report["findings"]}
    assert found["texts_in_train_and_test"]["columns"] == ("message",)
    assert found["texts_in_train_and_test"]["values"]["count"] > 80
    assert found["texts_in_train_and_test"]["is_spoiler"]
