"""The record's file in every ZIP, and the file that verifies it without the platform."""

from __future__ import annotations

import io
import json
import random
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db.models import QuerySet
from hypothesis import given, settings
from hypothesis import strategies as st

from classrooms.agenda import timeline
from classrooms.models import Dojo, Seat, User
from classrooms.people import services as people
from classrooms.retention import services as retention
from experiments.exports.archives.dojo import write_dojo_archive
from experiments.exports.archives.participant import build_archive
from experiments.exports.record import record_of
from experiments.models import Experiment, Run, SealedEntry
from experiments.sealing import verify_record as verifier
from experiments.submit import services
from tests import factories
from tests.work import do_next

pytestmark = pytest.mark.serverless

# Of each of so many places at random, one byte is changed.
PLACES = 1000


@pytest.fixture
def dojo(db: None) -> Dojo:
    """Two people with an experiment each; one has decided, and a phase has ended."""
    dojo = factories.make_dojo()
    ada, bob = (factories.join(dojo, name) for name in ("ada", "bob"))
    first = factories.submit(ada, claim='Ada\'s claim: é, ✓ and "quotes".')
    factories.submit(bob, claim="Bob's claim.")
    while do_next(Run):
        pass
    timeline.advance_dojo(dojo)
    services.record_analysis(first, analysis="Ada's reasons.", decision="keep", next_step="More.")
    services.record_limits(Experiment.objects.get(pk=first.pk), "Ada's limits.")
    return Dojo.objects.get(pk=dojo.pk)


def seat_of(dojo: Dojo, name: str) -> Seat:
    return dojo.seats.with_dojo().get(display_name=name)


def take_home(dojo: Dojo, name: str) -> bytes:
    return build_archive(record_of(seat_of(dojo, name))).getvalue()


def whole_archive(dojo: Dojo, *, anonymous: bool = False) -> bytes:
    file = io.BytesIO()
    viewer = dojo.seats.facilitators().with_dojo()[0]
    write_dojo_archive(file, viewer, anonymous=anonymous)
    return file.getvalue()


def text_in(archive: bytes, name: str = "record.json") -> str:
    return zipfile.ZipFile(io.BytesIO(archive)).read(name).decode()


def states_in(text: str) -> list[str]:
    return [entry["state"] for entry in json.loads(text)["entries"]]


def run_verifier(folder: Path, archive: bytes, *arguments: str) -> tuple[int, str]:
    """The file of a ZIP on what is beside it, by a plain Python: nothing of ours, no network."""
    zipfile.ZipFile(io.BytesIO(archive)).extractall(folder)
    done = subprocess.run(
        [sys.executable, "-I", "-S", "verify_record.py", *arguments],
        cwd=folder,
        capture_output=True,
        encoding="utf-8",
        env={"PYTHONIOENCODING": "utf-8"},
        check=False,
    )
    assert not done.stderr
    return done.returncode, done.stdout


# --- What is in it ----------------------------------------------------------------------------
def test_a_participant_takes_their_own_contents_and_of_others_the_digests(dojo: Dojo) -> None:
    text = text_in(take_home(dojo, "ada"))
    assert states_in(text) == ["shown", "hidden", "shown", "hidden", "shown", "shown", "shown"]
    assert "Ada's claim" in text
    assert "Bob" not in text
    assert seat_of(dojo, "bob").public_id not in text
    assert verifier.problems_of(text) == []


def test_the_archive_of_the_dojo_has_all_contents(dojo: Dojo, tmp_path: Path) -> None:
    archive = whole_archive(dojo)
    text = text_in(archive)
    assert set(states_in(text)) == {"shown"}
    assert set(json.loads(text)["experiments"]) == set(
        Experiment.objects.values_list("public_id", flat=True)
    )
    status, said = run_verifier(tmp_path, archive)
    assert status == 0, said


def test_an_archive_without_names_has_no_content_of_anybody(dojo: Dojo) -> None:
    archive = whole_archive(dojo, anonymous=True)
    inside = zipfile.ZipFile(io.BytesIO(archive))
    own = [inside.read(name) for name in inside.namelist() if name.endswith(".zip")]
    for text in (text_in(archive), *map(text_in, own)):
        assert set(states_in(text)) == {"shown", "hidden"}, "phases are nobody's"
        assert "Ada" not in text
        assert not json.loads(text)["experiments"]
        assert verifier.problems_of(text) == []
    assert len(own) == 2


def test_no_hidden_score_leaves_before_its_time(dojo: Dojo) -> None:
    hidden = {
        repr(value)
        for run in Run.objects.all()
        for value in run.holdout_metrics.values()
        if len(repr(value)) > 6
    }
    assert hidden
    for text in (text_in(take_home(dojo, "ada")), text_in(whole_archive(dojo))):
        assert "holdout" not in text
        assert not [value for value in hidden if value in text]


def test_without_the_rule_there_is_no_record(db: None) -> None:
    seat = factories.join(factories.make_dojo(variant="discovery"), "ada")
    factories.finish(factories.submit(seat))
    names = zipfile.ZipFile(io.BytesIO(take_home(seat.dojo, "ada"))).namelist()
    assert not {"record.json", "verify_record.py"} & set(names)
    readme = text_in(take_home(seat.dojo, "ada"), "README.txt")
    assert "record" not in readme


# --- Verified offline -------------------------------------------------------------------------
def test_it_is_verified_by_a_plain_python_with_the_root_that_was_shown(
    dojo: Dojo, tmp_path: Path
) -> None:
    archive = take_home(dojo, "ada")
    phase = SealedEntry.objects.get(dojo=dojo, kind="phase")
    noted = verifier.in_groups(phase.digest)
    status, said = run_verifier(tmp_path, archive)
    assert (status, "VERIFIED: " in said, noted in said) == (0, True, True), said
    assert "Contents checked: 5. Not shown in this file: 2. Erased: 0." in said
    status, said = run_verifier(tmp_path, archive, "--root", noted)
    assert (status, f"Root of entry {phase.index}" in said) == (0, True), said
    status, said = run_verifier(tmp_path, archive, "--root", phase.digest.upper())
    assert status == 0, said
    status, said = run_verifier(tmp_path, archive, "--language", "fr")
    assert (status, "VÉRIFIÉ\u00a0:" in said) == (0, True), said
    status, said = run_verifier(tmp_path, archive, "--root", "0" * 32)
    assert (status, "no entry has the root" in said) == (1, True), said
    for wrong in ("3f2a 91bc 04de 77a1", "not a root at all!"):
        status, said = run_verifier(tmp_path, archive, "--root", wrong)
        assert (status, "32 to 64 digits" in said) == (1, True), said


def test_it_reads_a_zip_a_folder_and_the_language_of_the_record(dojo: Dojo, tmp_path: Path) -> None:
    Dojo.objects.filter(pk=dojo.pk).update(language="fr")
    archive = take_home(Dojo.objects.get(pk=dojo.pk), "ada")
    (tmp_path / "ada.zip").write_bytes(archive)
    for argument in ("ada.zip", ".", "record.json"):
        status, said = run_verifier(tmp_path, archive, argument)
        assert (status, "VÉRIFIÉ" in said) == (0, True), said
    for argument in ("nothing.zip", "data.csv", "README.txt"):
        status, said = run_verifier(tmp_path, archive, argument)
        assert (status, "No record in" in said) == (2, True), said


# --- Changed ----------------------------------------------------------------------------------
def test_any_byte_changed_at_a_thousand_places_is_found(dojo: Dojo) -> None:
    """In a participant's file and in the whole one; not only in contents, but anywhere."""
    for archive in (take_home(dojo, "ada"), whole_archive(dojo)):
        data = text_in(archive).encode()
        assert verifier.problems_of(data.decode()) == []
        chance = random.Random(20261130)  # noqa: S311 (places, not secrets)
        for _n in range(PLACES):
            place = chance.randrange(len(data))
            other = chance.choice([byte for byte in range(256) if byte != data[place]])
            changed = data[:place] + bytes([other]) + data[place + 1 :]
            assert is_found(changed), (place, data[place - 40 : place + 40], other)


def test_any_byte_of_a_sealed_content_changed_is_found_and_its_entry_named(dojo: Dojo) -> None:
    record = json.loads(text_in(whole_archive(dojo)))
    chance = random.Random(1130)  # noqa: S311 (places, not secrets)
    for _n in range(PLACES):
        entry = chance.choice(record["entries"])
        name = chance.choice(["content", "salt"])
        before, place = entry[name], chance.randrange(len(entry[name]))
        other = chance.choice([one for one in '0123456789abcdef"é{' if one != before[place]])
        entry[name] = before[:place] + other + before[place + 1 :]
        problems = verifier.problems_of(verifier.written(record))
        assert ("content", {"index": entry["index"], "kind": entry["kind"]}) in problems
        entry[name] = before
    assert verifier.problems_of(verifier.written(record)) == []


def is_found(data: bytes) -> bool:
    try:
        return bool(verifier.problems_of(data.decode()))
    except ValueError:
        return True


def tampered(text: str, change: Callable[[dict[str, Any]], object]) -> list[str]:
    """The codes of what is found once a record is changed, with its file written anew."""
    record = json.loads(text)
    change(record)
    return [code for code, _values in verifier.problems_of(verifier.written(record))]


def test_what_is_left_out_moved_or_added_is_found(dojo: Dojo) -> None:
    text = text_in(take_home(dojo, "ada"))

    def swap(record: dict[str, Any]) -> None:
        entries = record["entries"]
        entries[1], entries[3] = entries[3], entries[1]

    def add(record: dict[str, Any]) -> None:
        record["entries"].insert(2, dict(record["entries"][1], index=3))

    assert "digest" in tampered(text, lambda record: record["entries"].pop(1))
    assert "digest" in tampered(text, lambda record: record["entries"].pop(0))
    assert "digest" in tampered(text, swap)
    assert "digest" in tampered(text, add)
    assert "digest" in tampered(text, lambda record: record.update(dojo="another"))
    assert "left_out" in tampered(text, lambda record: record.update(experiments={}))
    assert "format" in tampered(text, lambda record: record.update(format=2))
    assert "format" in tampered(text, lambda record: record.update(experiments={"x": 1}))
    assert "format" in tampered(text, lambda record: record.update(more=1))
    assert "fields" in tampered(text, lambda record: record["entries"][0].update(note="x"))
    assert "fields" in tampered(text, lambda record: record["entries"][0].pop("salt"))


def test_a_chain_made_anew_does_not_have_the_root_that_was_shown(dojo: Dojo) -> None:
    """Whoever has the server can do that, and is caught by who noted a root before."""
    text = text_in(whole_archive(dojo))
    record = json.loads(text)
    noted = record["entries"][-1]["digest"]
    first = record["entries"][0]
    sealed = json.loads(first["content"]) | {"claim": "I knew it."}
    first["content"] = verifier.canonical(sealed)
    record["experiments"][sealed["experiment"]]["registered"]["claim"] = "I knew it."
    previous = verifier.first_previous(record["dojo"])
    for entry in record["entries"]:
        entry["content_digest"] = verifier.digest_of_content(entry["salt"], entry["content"])
        head = [entry[name] for name in ("index", "kind", "sealed_at", "content_digest")]
        previous = entry["digest"] = verifier.digest_of_entry(previous, *head)
    again = verifier.written(record)
    assert verifier.problems_of(again) == [], "the record agrees with itself"
    assert verifier.verify(text, noted, "")[0]
    assert not verifier.verify(again, noted, "")[0]


def test_what_was_changed_in_the_database_without_an_entry_is_named(dojo: Dojo) -> None:
    ada = Experiment.objects.filter(seat=seat_of(dojo, "ada"))
    run = ada.get().run

    def problems() -> list[Any]:
        return verifier.problems_of(text_in(take_home(dojo, "ada")))

    assert problems() == []
    QuerySet(Experiment).filter(pk__in=ada).update(claim="I knew it.")
    assert problems() == [("differs", {"number": 1, "part": "registered", "names": "claim"})]
    QuerySet(Experiment).filter(pk__in=ada).update(claim=json_of_first(dojo)["claim"])
    assert problems() == []
    metrics = run.metrics | {"test": run.metrics["test"] | {"roc_auc": 1.0}}
    Run.objects.filter(pk=run.pk).update(metrics=metrics)
    assert problems() == [("differs", {"number": 1, "part": "result", "names": "metrics"})]
    Run.objects.filter(pk=run.pk).update(metrics=run.metrics)
    ada.update(decision="reject")
    assert problems() == [("differs", {"number": 1, "part": "decision", "names": "decision"})]
    SealedEntry._base_manager.filter(kind__contains="decision").delete()
    assert problems() == [("unsealed", {"number": 1, "part": "decision"})]


def json_of_first(dojo: Dojo) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(SealedEntry.objects.filter(dojo=dojo)[0].content)
    return found


def edited(dojo: Dojo, change: Callable[[dict[str, Any]], object]) -> list[str]:
    """Codes of what is wrong with Ada's record once somebody has edited the file."""
    record = json.loads(text_in(take_home(dojo, "ada")))
    change(record)
    return [code for code, _values in verifier.problems_of(verifier.written(record))]


def test_what_is_said_beside_is_all_of_what_was_sealed_in_its_own_form(dojo: Dojo) -> None:
    def of_first(record: dict[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = next(iter(record["experiments"].values()))
        return found

    assert edited(dojo, lambda record: None) == []
    assert edited(dojo, lambda record: of_first(record).pop("decision")) == ["left_out"]
    assert edited(dojo, lambda r: of_first(r)["decision"].update(more=None)) == ["differs"]
    number = {"number": 1.0}
    assert edited(dojo, lambda r: of_first(r)["registered"].update(number)) == ["differs"]
    assert "fields" in edited(dojo, lambda r: r["entries"][0].update(state="erased"))
    assert edited(dojo, lambda record: record.update(language=["en"])) == ["format"]


def test_it_says_in_words_what_was_changed(dojo: Dojo, tmp_path: Path) -> None:
    archive = take_home(dojo, "ada")
    text = text_in(archive).replace("Ada's claim", "Abe's claim", 1)
    (tmp_path / "changed.json").write_text(text, encoding="utf-8")
    status, said = run_verifier(tmp_path, archive, "changed.json")
    assert status == 1
    assert "NOT VERIFIED" in said
    assert "entry 1 (registered): the content or its salt is not what was sealed" in said
    status, said = run_verifier(tmp_path, archive, "changed.json", "--language", "fr")
    assert "entrée 1 (registered)\u00a0: le contenu ou son sel n’est pas" in said


def test_a_result_before_its_hypothesis_or_a_second_one_is_found() -> None:
    """What a chain that is right in itself could still hide."""

    def record(*told: tuple[str, str]) -> str:
        previous, entries = verifier.first_previous("d"), []
        for index, (kind, about) in enumerate(told, 1):
            content = verifier.canonical({"experiment": about, "number": 1})
            digest = verifier.digest_of_content("00" * 32, content)
            previous = verifier.digest_of_entry(previous, index, kind, "2026", digest)
            entry = {"index": index, "kind": kind, "sealed_at": "2026", "digest": previous}
            entry |= {"content_digest": digest, "state": "shown", "salt": "00" * 32}
            entries.append(entry | {"content": content})
        experiments: dict[str, Any] = {
            about: {"registered": {"experiment": about, "number": 1}} for _kind, about in told
        }
        whole = {"format": 1, "dojo": "d", "language": "en", "entries": entries}
        return verifier.written(whole | {"experiments": experiments})

    def codes(*told: tuple[str, str]) -> list[str]:
        return [code for code, _values in verifier.problems_of(record(*told))]

    assert codes(("registered", "a"), ("registered", "b"), ("result", "a"), ("result", "b")) == []
    assert codes(("registered", "a"), ("result", "b")) == ["unregistered"]
    assert codes(("registered", "a"), ("result", "a"), ("result", "a")) == ["again"]
    assert codes(("registered", "a"), ("registered", "a")) == ["again"]
    assert codes(("registered", "a"), ("corrected_decision", "a")) == ["first"]
    assert codes(("registered", "a"), ("guess", "a")) == ["kind"]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.text(), st.booleans()), min_size=1, max_size=12),
    st.randoms(use_true_random=False),
)
def test_any_chain_verifies_until_one_byte_of_it_changes(
    texts: list[tuple[str, bool]], chance: random.Random
) -> None:
    """Whatever people write, whichever contents were erased."""
    previous, entries = verifier.first_previous("d"), []
    for index, (text, is_erased) in enumerate(texts, 1):
        salt, content = f"{chance.getrandbits(256):064x}", verifier.canonical({"title": text})
        digest = verifier.digest_of_content(salt, content)
        previous = verifier.digest_of_entry(previous, index, "phase", "2026", digest)
        entry = {"index": index, "kind": "phase", "sealed_at": "2026", "digest": previous}
        more = {"state": "shown", "salt": salt, "content": content}
        entries.append(
            entry | {"content_digest": digest} | ({"state": "erased"} if is_erased else more)
        )
    record = {"format": 1, "dojo": "d", "language": "fr", "entries": entries, "experiments": {}}
    data = verifier.written(record).encode()
    assert verifier.problems_of(data.decode()) == []
    place = chance.randrange(len(data))
    other = chance.choice([byte for byte in range(256) if byte != data[place]])
    assert is_found(data[:place] + bytes([other]) + data[place + 1 :])


# --- Erased -----------------------------------------------------------------------------------
def erase_account(dojo: Dojo, seat: Seat) -> None:
    """With the account: they were alone on their seat."""
    user: User = seat.people.get()
    retention.leave(seat, user)
    retention.erase_account(user)


@pytest.mark.parametrize(
    "erase",
    [
        lambda dojo, seat: retention.leave(seat, seat.people.get()),
        lambda dojo, seat: people.remove(seat),
        erase_account,
        lambda dojo, seat: seat.delete(),
    ],
    ids=["leaves", "is removed", "erases the account", "in the admin"],
)
def test_who_is_erased_leaves_digests_only_and_the_chain_verifies(
    dojo: Dojo, erase: Callable[[Dojo, Seat], object], tmp_path: Path
) -> None:
    before = list(SealedEntry.objects.values_list("index", "content_digest", "digest"))
    seat = seat_of(dojo, "ada")
    own = list(SealedEntry.objects.filter(experiment__seat=seat).values_list("pk", flat=True))
    assert len(own) == 4
    erase(dojo, seat)
    assert list(SealedEntry.objects.values_list("index", "content_digest", "digest")) == before
    for entry in SealedEntry.objects.filter(pk__in=own):
        assert (entry.salt, entry.content, entry.experiment_id) == ("", "", None)
    archive = take_home(dojo, "bob")
    text = text_in(archive)
    assert states_in(text).count("erased") == len(own)
    assert "Ada" not in text
    status, said = run_verifier(tmp_path, archive, "--root", before[-1][2])
    assert status == 0, said
    assert "Erased: 4." in said
    whole = text_in(whole_archive(dojo))
    assert verifier.problems_of(whole) == []
    assert states_in(whole).count("shown") == 3


def test_a_salt_is_of_one_entry_only(dojo: Dojo) -> None:
    """So that what was erased cannot be guessed from another entry, nor by trying texts."""
    salts = list(SealedEntry.objects.values_list("salt", flat=True))
    assert len(set(salts)) == len(salts)
    assert {len(bytes.fromhex(salt)) for salt in salts} == {32}


def test_it_costs_the_same_queries_however_many_there_are(
    dojo: Dojo, django_assert_num_queries: Any
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from experiments.sealing.record_file import record_files

    seat = seat_of(dojo, "ada")
    with CaptureQueriesContext(connection) as few:
        record_files(seat.dojo, "en", [seat])
    for _n in range(3):
        factories.finish(factories.submit(seat))
    with django_assert_num_queries(len(few)):
        record_files(seat.dojo, "en", [seat])
