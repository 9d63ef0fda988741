"""The standard prompts, one file per language.

Increase VERSION when the meaning of a prompt changes: answers are reused within a version only.
"""

from functools import cache
from pathlib import Path

VERSION = 2
FOLDER = Path(__file__).resolve().parent


@cache
def text_of(name: str, language: str) -> str:
    """A prompt in one of the product's languages."""
    return (FOLDER / f"{name}.{language}.md").read_text(encoding="utf-8").strip()
