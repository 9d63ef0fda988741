#!/usr/bin/env python3
"""Verify the sealed record of a Dojo, offline: record.json, or a ZIP that has one.

    python verify_record.py [FILE] [--language en|fr] [--root 3f2a 91bc ...]

Needs nothing but Python 3.8 or later. FILE is the record.json beside this file unless another
one is named. --root takes a root as somebody noted it when it was shown. The exit status is 0
where the record is verified, 1 where it is not, 2 where there is no record to read.

Each entry has a content and a digest of it; each digest of an entry covers that one, the
entry's number, kind and time, and the digest of the entry before:

    content digest = SHA-256("ml-experimenter record 1 content" NUL salt content)
    first previous = SHA-256("ml-experimenter record 1 dojo" NUL identifier of the Dojo)
    digest         = SHA-256("ml-experimenter record 1 entry" NUL head)

The salt is 32 random bytes. Content and head are JSON in UTF-8, its keys sorted and without
spaces; the head has content_digest, index, kind, previous and sealed_at. A root is the digest of
the last entry there is, and so covers all of them.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    Entry = dict[str, Any]
    Problem = tuple[str, dict[str, Any]]

FORMAT = 1
RECORD = "record.json"
MARK = "ml-experimenter record 1 "
# What an entry seals, by its kind; a corrected one replaces what was sealed before it.
PART_OF_KIND = {
    "registered": "registered",
    "result": "result",
    "corrected_result": "result",
    "decision": "decision",
    "corrected_decision": "decision",
    "phase": "phase",
}
SHOWN, HIDDEN, ERASED = "shown", "hidden", "erased"
SEALED_FIELDS = {"index", "kind", "sealed_at", "content_digest", "digest", "state"}
# As many hexadecimal digits of a root are shown; the other ones on demand.
SHORT = 32

MESSAGES = {
    "en": {
        "no_file": "No record in {path}: {reason}",
        "title": "Sealed record of the Dojo {dojo}: {entries} entries",
        "counts": "Contents checked: {shown}. Not shown in this file: {hidden}. Erased: {erased}.",
        "roots": "Roots at the end of each phase:",
        "root_line": "  {root}  {title} (entry {index}, {time})",
        "last_root": "Last root: {root}",
        "verified": "VERIFIED: every entry is in its order, with the content that was sealed.",
        "root_found": "Root of entry {index} ({time}): nothing up to it changed since then.",
        "root_hint": "The record agrees with itself. To check a root that you noted: --root {root}",
        "failed": "NOT VERIFIED: {count} problem(s).",
        "entry": "entry {index} ({kind}): {problem}",
        "not_canonical": "the file is not as it was written: a byte outside the entries differs",
        "format": "unknown format, language or part of the file: {found}",
        "no_root": "no entry has the root {root}: something before it changed, or it was misread",
        "root_form": "a root has 32 to 64 digits from 0 to 9 and a to f: {root}",
        "index": "its number should be {expected}",
        "fields": "it has other fields than an entry has",
        "kind": "no such kind of entry",
        "time": "it is older than the entry before",
        "state": "unknown state {state}",
        "digest": "its head or digest is not what was sealed, or an entry before it is missing",
        "content": "the content or its salt is not what was sealed",
        "unregistered": "it comes before the hypothesis was registered",
        "again": "there is one of this experiment already",
        "first": "there is nothing to correct",
        "differs": "experiment {number}: {part} differs from what was sealed: {names}",
        "unsealed": "experiment {number}: {part} was never sealed",
        "left_out": "experiment {number} was registered and is missing beside the entries",
        "registered": "what was registered",
        "result": "the result",
        "decision": "the decision",
    },
    "fr": {
        "no_file": "Aucun registre dans {path} : {reason}",
        "title": "Registre scellé du Dojo {dojo} : {entries} entrées",
        "counts": "Contenus vérifiés : {shown}. Absents du fichier : {hidden}. Effacés : {erased}.",
        "roots": "Racines à la fin de chaque phase :",
        "root_line": "  {root}  {title} (entrée {index}, {time})",
        "last_root": "Dernière racine : {root}",
        "verified": "VÉRIFIÉ : chaque entrée est à sa place, avec le contenu qui a été scellé.",
        "root_found": "Racine de l’entrée {index} ({time}) : rien n’a changé depuis jusque-là.",
        "root_hint": "Le registre est cohérent. Pour vérifier une racine notée : --root {root}",
        "failed": "NON VÉRIFIÉ : {count} problème(s).",
        "entry": "entrée {index} ({kind}) : {problem}",
        "not_canonical": "le fichier a été modifié : un octet diffère hors des entrées",
        "format": "format, langue ou partie du fichier inconnus : {found}",
        "no_root": "aucune entrée n’a la racine {root} : modifiée avant, ou mal lue",
        "root_form": "une racine compte 32 à 64 chiffres de 0 à 9 et de a à f : {root}",
        "index": "son numéro devrait être {expected}",
        "fields": "elle n’a pas les champs d’une entrée",
        "kind": "ce genre d’entrée n’existe pas",
        "time": "elle est plus ancienne que l’entrée précédente",
        "state": "état inconnu {state}",
        "digest": "son en-tête ou son empreinte a changé, ou il manque une entrée avant elle",
        "content": "le contenu ou son sel n’est pas ce qui a été scellé",
        "unregistered": "elle précède l’enregistrement de l’hypothèse",
        "again": "il y en a déjà une pour cette expérience",
        "first": "il n’y a rien à corriger",
        "differs": "expérience {number} : {part} diffère de ce qui a été scellé : {names}",
        "unsealed": "expérience {number} : {part} n’a jamais été scellé",
        "left_out": "l’expérience {number} a été enregistrée et manque à côté des entrées",
        "registered": "ce qui a été enregistré",
        "result": "le résultat",
        "decision": "la décision",
    },
}


# --- What is sealed -------------------------------------------------------------------------
def canonical(value: Any) -> str:
    """JSON of which there is one form for each value."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def sha256(purpose: str, data: bytes) -> str:
    """A digest for one purpose, which is good for no other."""
    return hashlib.sha256((MARK + purpose).encode() + b"\0" + data).hexdigest()


def first_previous(dojo: str) -> str:
    """What comes before the first entry of a Dojo."""
    return sha256("dojo", dojo.encode())


def digest_of_content(salt: str, content: str) -> str:
    """
    Args:
        salt: 32 bytes in hexadecimal.
        content: as it was sealed.
    """
    return sha256("content", bytes.fromhex(salt) + content.encode())


def digest_of_entry(
    previous: str, index: int, kind: str, sealed_at: str, content_digest: str
) -> str:
    """The root once this entry is the last."""
    head = {"previous": previous, "index": index, "kind": kind, "sealed_at": sealed_at}
    return sha256("entry", canonical(dict(head, content_digest=content_digest)).encode())


def written(record: Any) -> str:
    """A record as its file has it."""
    return json.dumps(record, ensure_ascii=False, sort_keys=True, indent=1) + "\n"


def in_groups(root: str) -> str:
    """The beginning of a root, to be read and noted."""
    return " ".join(root[n : n + 4] for n in range(0, SHORT, 4))


# --- The checks -----------------------------------------------------------------------------
def problems_of(text: str) -> list[Problem]:
    """What is wrong with a record, each as a code and what its sentence quotes; [] if nothing.

    Raises:
        ValueError: it is no record at all.
    """
    record = json.loads(text)
    if not isinstance(record, dict) or not isinstance(record.get("entries"), list):
        raise ValueError("entries")
    known = {"format", "dojo", "language", "entries", "experiments"}
    is_known = record.get("format") == FORMAT and str(record.get("language")) in MESSAGES
    found: list[Problem] = []
    if set(record) != known or not is_known or not are_parts(record["experiments"]):
        found.append(("format", {"found": ", ".join(sorted(record))}))
    found += chain_problems(str(record.get("dojo")), record["entries"])
    contents = shown_contents(record["entries"])
    found += order_problems(contents)
    if not found:
        found += beside_problems(contents, record["experiments"])
    if not found and written(record) != text:
        found.append(("not_canonical", {}))
    return found


def are_parts(experiments: Any) -> bool:
    """Whether these are experiments, each with what was sealed of it."""
    if not isinstance(experiments, dict):
        return False
    every = [parts for parts in experiments.values() if isinstance(parts, dict)]
    is_whole = len(every) == len(experiments)
    return is_whole and all(isinstance(one, dict) for parts in every for one in parts.values())


def chain_problems(dojo: str, entries: list[Any]) -> Iterator[Problem]:
    """Of each entry by itself, and with the one before."""
    previous, before = first_previous(dojo), ""
    for expected, entry in enumerate(entries, 1):
        if not is_entry(entry):
            yield problem(entry, expected, "fields")
            continue
        if entry["index"] != expected:
            yield problem(entry, expected, "index", expected=expected)
        if entry["kind"] not in PART_OF_KIND:
            yield problem(entry, expected, "kind")
        if entry["sealed_at"] < before:
            yield problem(entry, expected, "time")
        if entry["state"] not in (SHOWN, HIDDEN, ERASED):
            yield problem(entry, expected, "state", state=entry["state"])
        head = [entry[name] for name in ("index", "kind", "sealed_at", "content_digest")]
        if digest_of_entry(previous, *head) != entry["digest"]:
            yield problem(entry, expected, "digest")
        if not has_its_content(entry):
            yield problem(entry, expected, "content")
        previous, before = entry["digest"], entry["sealed_at"]


def is_entry(entry: Any) -> bool:
    """Whether it has the fields of an entry, each of its type."""
    if not isinstance(entry, dict):
        return False
    more = {"salt", "content"} if entry.get("state") == SHOWN else set()
    if set(entry) != SEALED_FIELDS | more or type(entry["index"]) is not int:
        return False
    return all(isinstance(value, str) for name, value in entry.items() if name != "index")


def has_its_content(entry: Entry) -> bool:
    """Whether its content is what was sealed, where there is one."""
    if "content" not in entry:
        return True
    try:
        return digest_of_content(entry["salt"], entry["content"]) == entry["content_digest"]
    except ValueError:
        return False


def problem(entry: Any, index: int, code: str, **values: Any) -> Problem:
    kind = entry.get("kind", "?") if isinstance(entry, dict) else "?"
    return code, dict(values, index=index, kind=kind)


def shown_contents(entries: list[Any]) -> list[tuple[Entry, dict[str, Any]]]:
    """The entries whose content is in the file, with it."""
    found = []
    for entry in entries:
        if is_entry(entry) and "content" in entry:
            try:
                content = json.loads(entry["content"])
            except ValueError:
                continue
            if isinstance(content, dict):
                found.append((entry, content))
    return found


def order_problems(contents: list[tuple[Entry, dict[str, Any]]]) -> Iterator[Problem]:
    """A hypothesis comes before its result; there is one of each, and corrections after it."""
    seen: set[tuple[Any, Any]] = set()
    for entry, content in contents:
        kind, about = entry["kind"], str(content.get("experiment"))
        part = PART_OF_KIND.get(kind)
        if part in (None, "phase"):
            continue
        if part != "registered" and (about, "registered") not in seen:
            yield problem(entry, entry["index"], "unregistered")
        if kind == part and (about, part) in seen:
            yield problem(entry, entry["index"], "again")
        if kind != part and (about, part) not in seen:
            yield problem(entry, entry["index"], "first")
        seen.add((about, part))


def beside_problems(
    contents: list[tuple[Entry, dict[str, Any]]], experiments: dict[str, Any]
) -> Iterator[Problem]:
    """What the platform showed when it wrote the file is what was sealed last: 1 is not 1.0."""
    sealed: dict[tuple[Any, Any], dict[str, Any]] = {}
    for entry, content in contents:
        sealed[str(content.get("experiment")), PART_OF_KIND.get(entry["kind"])] = content
    for about, parts in experiments.items():
        for part, content in parts.items():
            number, last = content.get("number"), sealed.get((about, part))
            if last is None:
                yield "unsealed", {"number": number, "part": part}
                continue
            was, now = ({n: canonical(one[n]) for n in one} for one in (last, content))
            names = [n for n in sorted({*was, *now}) if was.get(n) != now.get(n)]
            if names:
                yield "differs", {"number": number, "part": part, "names": ", ".join(names)}
    for (about, part), content in sealed.items():
        if part in ("registered", "decision") and part not in experiments.get(about, {}):
            yield "left_out", {"number": content.get("number")}


def entry_of_root(entries: list[Any], noted: str) -> Any:
    """The entry that was the last one when this root was shown; None where there is none."""
    return next((one for one in entries if one["digest"].startswith(noted)), None)


# --- The command ----------------------------------------------------------------------------
def read_record(path: Path) -> str:
    """
    Raises:
        OSError, ValueError, KeyError, zipfile.BadZipFile: there is none.
    """
    if path.is_dir():
        path = path / RECORD
    if zipfile.is_zipfile(str(path)):
        with zipfile.ZipFile(str(path)) as archive:
            return archive.read(RECORD).decode("utf-8")
    return path.read_bytes().decode("utf-8")


def sentence(words: dict[str, str], code: str, values: dict[str, Any]) -> str:
    """A problem in words."""
    named = dict(values)
    if "part" in named:
        named["part"] = words.get(named["part"], named["part"])
    text = words[code].format(**named)
    return words["entry"].format(problem=text, **values) if "kind" in values else text


def report(record: Any, words: dict[str, str]) -> Iterator[str]:
    """What is in a record."""
    entries = record["entries"]
    yield words["title"].format(dojo=record["dojo"], entries=len(entries))
    states = [entry["state"] for entry in entries]
    yield words["counts"].format(**{one: states.count(one) for one in (SHOWN, HIDDEN, ERASED)})
    phases = [pair for pair in shown_contents(entries) if pair[0]["kind"] == "phase"]
    if phases:
        yield words["roots"]
    for entry, content in phases:
        told = {"root": in_groups(entry["digest"]), "title": content.get("title")}
        yield words["root_line"].format(index=entry["index"], time=entry["sealed_at"], **told)
    if entries:
        yield words["last_root"].format(root=entries[-1]["digest"])


def verify(text: str, noted: str, language: str) -> tuple[bool, list[str]]:
    """Check a record, and say what was found.

    Args:
        noted: a root, or its beginning; "" for none.
        language: "" for that of the record.

    Raises:
        ValueError: it is no record at all.
    """
    problems = problems_of(text)
    record = json.loads(text)
    words = MESSAGES.get(language or str(record.get("language")), MESSAGES["en"])
    root = "".join(noted.split()).lower()
    if problems:
        lines = [words["failed"].format(count=len(problems))]
        return False, lines + ["- " + sentence(words, *problem) for problem in problems]
    lines = list(report(record, words))
    entry = entry_of_root(record["entries"], root) if root else None
    if root and (not SHORT <= len(root) <= 64 or set(root) - set("0123456789abcdef")):
        return False, [*lines, words["root_form"].format(root=noted)]
    if root and entry is None:
        return False, [*lines, words["failed"].format(count=1), words["no_root"].format(root=noted)]
    lines.append(words["verified"])
    if entry:
        lines.append(words["root_found"].format(index=entry["index"], time=entry["sealed_at"]))
    elif record["entries"]:
        lines.append(words["root_hint"].format(root=record["entries"][-1]["digest"][:SHORT]))
    return True, lines


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=str(__doc__).split("\n")[0])
    parser.add_argument("file", nargs="?", default=str(Path(__file__).with_name(RECORD)))
    parser.add_argument("--root", nargs="+", default=[])
    parser.add_argument("--language", default="", choices=sorted(MESSAGES))
    given = parser.parse_args(arguments)
    try:
        is_verified, lines = verify(
            read_record(Path(given.file)), " ".join(given.root), given.language
        )
    except (OSError, ValueError, KeyError, RecursionError, zipfile.BadZipFile) as error:
        words = MESSAGES[given.language or "en"]
        sys.stdout.write(words["no_file"].format(path=given.file, reason=error) + "\n")
        return 2
    sys.stdout.write("\n".join(lines) + "\n")
    return 0 if is_verified else 1


if __name__ == "__main__":
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    sys.exit(main())
