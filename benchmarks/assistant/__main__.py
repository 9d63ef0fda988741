"""How good is the coach's feedback? The rules alone, and a language model within them.

    python -m benchmarks.assistant                      the rules
    python -m benchmarks.assistant --requests FOLDER    write the requests, one per case
    python -m benchmarks.assistant --replies FOLDER     score replies, CASE.json or CASE.txt
    python -m benchmarks.assistant --live FOLDER        ask the configured model, keep its replies
    python -m benchmarks.assistant --cases FILE         planted faults, lived through real runs
    python -m benchmarks.assistant --questions          the rules in conversation

The records are loaded into a temporary database; nothing of the product's own is touched.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from benchmarks.assistant.planted_scoring import Lived
    from benchmarks.assistant.scoring import Loaded, Score

AT_A_TIME = 4


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--requests", type=Path, metavar="FOLDER")
    parser.add_argument("--replies", type=Path, metavar="FOLDER")
    parser.add_argument("--live", type=Path, metavar="FOLDER")
    parser.add_argument("--cases", type=Path, metavar="FILE")
    parser.add_argument("--sentences", action="store_true", help="tell all that is said of --cases")
    parser.add_argument("--questions", action="store_true", help="the rules in conversation")
    parser.add_argument("--misses", action="store_true", help="tell every expectation not met")
    return parser.parse_args()


def set_up(folder: Path) -> None:
    """A product of its own, empty."""
    os.environ.update(VAR_DIR=str(folder), DJANGO_SETTINGS_MODULE="config.settings")
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    os.environ.pop("DATABASE_URL", None)
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


def write_requests(loaded: dict[str, Loaded], folder: Path) -> None:
    from assistant.model.recorded import request_of

    folder.mkdir(parents=True, exist_ok=True)
    for name, one in loaded.items():
        text = json.dumps(request_of(one.prompt()), ensure_ascii=False, indent=1)
        (folder / f"{name}.json").write_text(text, encoding="utf-8")
    print(f"{len(loaded)} requests in {folder}")


def ask_model(loaded: Mapping[str, Loaded | Lived], folder: Path) -> None:
    """Keep what the configured model replies, and tell what it cost."""
    from django.conf import settings

    from assistant.facts.rubric import Review
    from assistant.model import client
    from assistant.model.pricing import Usage, cost_of

    if not client.is_configured():
        raise SystemExit("Set ANTHROPIC_API_KEY, or another ASSISTANT_PROVIDER.")
    folder.mkdir(parents=True, exist_ok=True)

    def ask(name: str, prompt: client.Prompt) -> Usage:
        try:
            reply = client.ask(prompt, Review)
        except client.CoachUnavailable as failure:
            print(f"  {name}: {failure.code}")
            return failure.usage
        (folder / f"{name}.json").write_text(reply.output.model_dump_json(), encoding="utf-8")
        return reply.usage

    prompts = {name: one.prompt() for name, one in loaded.items()}
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        spent = sum(
            cost_of(settings.ASSISTANT_FEEDBACK_MODEL, usage)
            for usage in pool.map(ask, prompts.keys(), prompts.values())
        )
    print(f"{settings.ASSISTANT_FEEDBACK_MODEL}: {spent:.4f} US$")


def replies_in(folder: Path, loaded: Mapping[str, Loaded | Lived]) -> dict[str, str]:
    paths = [path for path in folder.iterdir() if path.suffix in (".json", ".txt")]
    found = {path.stem: path.read_text(encoding="utf-8") for path in sorted(paths)}
    if unknown := found.keys() - loaded.keys():
        raise SystemExit(f"No case has these names: {', '.join(sorted(unknown))}.")
    return found


def tell(title: str, score: Score, *, misses: bool) -> None:
    print(title)
    print("\n".join(score.lines()))
    if misses:
        print("\n".join(f"    {miss}" for miss in score.misses))


def score_cases(path: Path, chosen: argparse.Namespace) -> int:
    """Live the cases of a file and tell how the rules judge them; with `--live` a model, too.

    What a model means by a sentence nobody has told: its points are scored, its sentences are
    printed for who reads them.
    """
    from assistant.facts.rubric import Review
    from benchmarks.assistant import planted_scoring as scoring

    lived = scoring.live_all(path)
    found = scoring.judge_rules(lived)
    print(f"The rules alone, {len(found)} experiments of {path.name}")
    print("\n".join(scoring.table(found)))
    if chosen.misses:
        print("\n".join(scoring.misses(found)))
    if chosen.sentences:
        for one in lived.values():
            print("\n".join(scoring.told(one, one.by_rules())))
    if chosen.live:
        ask_model(lived, chosen.live)
        for name, text in replies_in(chosen.live, lived).items():
            shown = lived[name].shown(Review.model_validate_json(text))
            print("\n".join(scoring.told(lived[name], shown)))
    return 0 if scoring.meets_goals(found) else 1


def tell_questions(*, misses: bool) -> int:
    """Whom the rules help in conversation: 1 if a goal is missed."""
    from benchmarks.assistant.questions import ask_all, read_questions

    tallies = ask_all(read_questions())
    for name, tally in tallies.items():
        print(f"Questions, {name}: {'met' if tally.meets_goals else 'MISSED'}")
        print("\n".join(tally.lines()))
        if misses:
            print("\n".join(f"    {miss}" for miss in tally.misses))
    return 0 if all(tally.meets_goals for tally in tallies.values()) else 1


def main() -> int:
    chosen = arguments()
    folder = Path(tempfile.mkdtemp(prefix="ml-experimenter-evaluation-"))
    try:
        set_up(folder)
        if chosen.cases:
            return score_cases(chosen.cases, chosen)
        if chosen.questions:
            return tell_questions(misses=chosen.misses)
        from benchmarks.assistant.scoring import load_all, score_replies, score_rules

        loaded = load_all()
        by_rules = score_rules(loaded)
        tell(f"The rules alone, {len(loaded)} experiments", by_rules, misses=chosen.misses)
        if chosen.requests:
            write_requests(loaded, chosen.requests)
        if chosen.live:
            ask_model(loaded, chosen.live)
        if replies := chosen.live or chosen.replies:
            found = replies_in(replies, loaded)
            score = score_replies(loaded, found)
            tell(f"A model's replies, {len(found)} experiments", score, misses=chosen.misses)
        return 0 if by_rules.is_perfect("known") else 1
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
