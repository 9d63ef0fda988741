"""The leak desk: each kind of leak is accused, honest columns are asked about."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from pandas.api.types import is_numeric_dtype

from engine.reading.leaks.desk import find_leaks
from engine.reading.leaks.look import look_at
from engine.reading.leaks.mending import recounted, without_rows
from engine.reading.leaks.names import speaks_of
from engine.reading.leaks.suspicion import is_pure
from engine.spec.schema import Column, ColumnType, Schema

ROWS = 600
TYPES = {"id": ColumnType.ID, "seen": ColumnType.DATETIME, "changed": ColumnType.DATETIME}


def honest() -> pd.DataFrame:
    """Two numbers, a category and an identifier; the strongest has a ROC AUC of about 0.88."""
    rng = np.random.default_rng(3)
    y = (rng.random(ROWS) < 0.3).astype(int)
    return pd.DataFrame(
        {
            "strong": np.round(rng.normal(size=ROWS) + 1.7 * y, 3),
            "weak": np.round(rng.normal(size=ROWS) + 0.4 * y, 3),
            "region": np.array(["north", "south", "west"], dtype=object)[rng.integers(0, 3, ROWS)],
            "id": rng.permutation(ROWS).astype(float),
            "left": np.array(["no", "yes"], dtype=object)[y],
        }
    )


def schema_of(frame: pd.DataFrame) -> Schema:
    columns = []
    for name in frame.columns:
        numeric = is_numeric_dtype(frame[name])
        guess = ColumnType.NUMERIC if numeric else ColumnType.CATEGORICAL
        kind = TYPES.get(str(name), guess)
        columns.append(
            Column(
                name=str(name),
                type=kind,
                numeric=numeric,
                missing=int(frame[name].isna().sum()),
                distinct=frame[name].nunique(),
                date_format="iso" if kind == ColumnType.DATETIME else "",
            )
        )
    return Schema(columns=tuple(columns), target="left", positive_class="yes", negative_class="no")


def said_of(frame: pd.DataFrame) -> dict[str, Any]:
    """What the desk says of the table, as it is read: texts are objects."""
    texts = [name for name in frame.columns if not is_numeric_dtype(frame[name])]
    canonical = frame.astype(dict.fromkeys(texts, object))
    return find_leaks(canonical, schema_of(canonical))


def found_in(frame: pd.DataFrame) -> dict[str, dict[str, Any]]:
    """Findings by code."""
    return {one["code"]: one for one in said_of(frame)["findings"]}


def positive(frame: pd.DataFrame) -> np.ndarray:
    return (frame["left"] == "yes").to_numpy()


def test_an_honest_table_is_asked_about_and_not_accused() -> None:
    frame = honest()
    said = said_of(frame)
    assert said["findings"] == []
    assert [one["column"] for one in said["questions"]] == ["strong", "weak", "region"]
    assert 0.84 < said["questions"][0]["auc"] < 0.93
    assert sum(count["rows"] for count in said["questions"][0]["counts"]) == ROWS
    assert (said["rows"], said["sampled"]) == (ROWS, ROWS)


def columns_that_leak() -> dict[str, Any]:
    frame, rng = honest(), np.random.default_rng(5)
    y = positive(frame).astype(int)
    days = np.datetime64("2024-01-01") + rng.integers(0, 700, ROWS).astype("timedelta64[D]")
    later = days + np.where(y == 1, 20, -20).astype("timedelta64[D]")
    return {
        "alone": {"x": rng.normal(size=ROWS) + 3 * y},
        "copy": {"x": np.where(y == 1, "B", "A").astype(object)},
        "guise": {"x": 2.0 * rng.integers(1_000, 9_000, ROWS) + y},
        "missing": {"x": np.where((y == 1) & (rng.random(ROWS) < 0.8), 5.5, np.nan)},
        "pure": {
            "x": np.where((y == 1) & (rng.random(ROWS) < 0.6), "closed", frame["region"]).astype(
                object
            )
        },
        "late": {
            "seen": days.astype(str).astype(object),
            "changed": later.astype(str).astype(object),
        },
        "ordered": {"id": np.argsort(np.argsort(rng.random(ROWS) + 0.8 * y)).astype(float)},
        "name": {"left_reason": rng.normal(size=ROWS) + 1.2 * y},
    }


@pytest.mark.parametrize("code", columns_that_leak())
def test_a_column_that_leaks_is_accused(code: str) -> None:
    columns = columns_that_leak()[code]
    frame = honest().assign(**columns)
    found = found_in(frame)
    assert list(found) == [code]
    accused = "changed" if code == "late" else next(iter(columns))
    assert found[code]["columns"] == (accused,)
    assert {"mark", "drop"} <= set(found[code]["repairs"])
    asked = [one["column"] for one in said_of(frame)["questions"]]
    assert accused not in asked
    assert len(asked) == 3


def test_a_rare_target_in_another_guise_is_a_copy_in_spite_of_slips() -> None:
    frame = honest()
    slips = np.arange(ROWS) % 18 == 0
    says_yes = positive(frame) ^ slips
    copied = found_in(frame.assign(x=np.where(says_yes, "B", "A").astype(object)))["copy"]
    assert copied["values"]["auc"] < 0.95
    assert copied["values"]["agreement"] > 0.85


def test_the_evidence_counts_rows_and_positives() -> None:
    frame = honest().assign(**columns_that_leak()["pure"])
    pure = found_in(frame)["pure"]
    closed = frame["x"] == "closed"
    first = pure["counts"][0]
    assert (first["label"], first["rows"], first["positive"]) == ("closed", *[closed.sum()] * 2)
    assert pure["values"]["share"] == positive(frame).mean()


def test_a_column_of_missing_values_for_half_of_one_class_is_honest() -> None:
    rng, frame = np.random.default_rng(0), honest()
    gone = rng.random(ROWS) < np.where(positive(frame), 0.45, 0.15)
    assert found_in(frame.assign(x=np.where(gone, np.nan, rng.normal(size=ROWS)))) == {}


def people(agree: float) -> pd.DataFrame:
    """A hundred people of six rows each, whose rows have one class in this share of people."""
    frame, rng = honest(), np.random.default_rng(8)
    who = np.arange(ROWS) % 100
    mine, any_row = rng.random(100) < 0.3, rng.random(ROWS) < 0.3
    y = np.where((rng.random(100) < agree)[who], mine[who], any_row)
    names = np.array(["no", "yes"], dtype=object)[y.astype(int)]
    return frame.assign(left=names, patient_nbr=1_000.0 + who, height=(170.0 + who % 37))


def test_people_with_several_rows_are_to_be_kept_together() -> None:
    found = found_in(people(0.9))
    assert list(found) == ["groups"]
    groups = found["groups"]
    assert groups["columns"] == ("patient_nbr",)
    assert groups["repairs"] == ("group", "drop")
    assert (groups["values"]["groups"], groups["values"]["rows"]) == (100, ROWS)
    assert groups["values"]["same"] == ["height"]


def test_people_whose_rows_do_not_agree_are_no_leak() -> None:
    assert found_in(people(0.0)) == {}


def with_copies(*, turned: bool) -> pd.DataFrame:
    frame = honest()
    again = frame.iloc[:60].assign(id=np.arange(60) + ROWS * 1.0)
    if turned:
        again["left"] = again["left"].map({"yes": "no", "no": "yes"})
    return pd.concat([frame, again], ignore_index=True)


@pytest.mark.parametrize(("turned", "code"), [(False, "duplicates"), (True, "conflicts")])
def test_rows_that_were_copied_are_found_and_left_out(turned: bool, code: str) -> None:
    frame = with_copies(turned=turned)
    found = found_in(frame)
    assert list(found) == [code]
    count = 120 if turned else 60
    assert found[code]["values"] == {"count": count, "of": ROWS + 60}
    assert found[code]["repairs"] == (code,)
    schema = schema_of(frame)
    mended = without_rows(frame, schema, [code])
    assert len(mended) == ROWS + 60 - count
    assert found_in(mended) == {}
    assert list(mended.index) == list(range(len(mended)))
    distinct = {column.name: column.distinct for column in recounted(schema.columns, mended)}
    assert distinct["id"] == len(mended)


def test_rows_of_few_values_are_equal_by_chance() -> None:
    rng = np.random.default_rng(1)
    columns = {
        name: np.array(["a", "b", "c"], dtype=object)[rng.integers(0, 3, ROWS)]
        for name in ("one", "two", "three", "four")
    }
    frame = pd.DataFrame(columns | {"left": honest()["left"]})
    assert frame.duplicated().sum() > 300
    assert found_in(frame) == {}


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("churn_reason", "churn"),
        ("dateOfChurn", "churn"),
        ("Résiliation", "resiliation"),
        ("refund", "refund"),
        ("churned_on", "churned"),
        ("previous_churn", ""),
        ("last_outcome", ""),
        ("postcode", ""),
        ("resulting_load", ""),
        ("church_nearby", ""),
    ],
)
def test_a_name_may_speak_of_the_outcome(name: str, word: str) -> None:
    assert speaks_of(name, "churn") == word


def test_a_group_of_one_class_must_be_large_for_its_share() -> None:
    assert is_pure(60, 60, share=0.1, looked_at=5)
    assert not is_pure(10, 10, share=0.1, looked_at=5)
    assert not is_pure(60, 0, share=0.1, looked_at=5)
    assert is_pure(5_000, 0, share=0.1, looked_at=5)
    assert not is_pure(60, 50, share=0.1, looked_at=5)


def test_a_large_table_is_looked_at_in_part() -> None:
    frame = pd.concat([honest()] * 40, ignore_index=True)
    frame["weak"] = np.random.default_rng(0).normal(size=len(frame))
    said = said_of(frame)
    assert (said["rows"], said["sampled"]) == (24_000, 20_000)


def test_a_sample_has_rows_of_a_class_however_rare(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.reading.leaks.look.SAMPLE_ROWS", 500)
    rng, rows = np.random.default_rng(0), 9_000
    frame = pd.DataFrame({"a": rng.normal(size=rows), "b": rng.normal(size=rows)})
    frame.loc[::7, "b"] = np.nan
    frame["left"] = np.array(["no", "yes"], dtype=object)[(np.arange(rows) < 5).astype(int)]
    look = look_at(frame, schema_of(frame))
    assert look.target.sum() == 5
    assert np.isfinite(look.error())
    assert said_of(frame)["sampled"] == len(look.frame) < 510
