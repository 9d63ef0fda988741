"""The product's own prompts: the brief's, improved; one file per language.

A change of their meaning is a new version: it is part of what identical requests share.
"""

from functools import cache
from pathlib import Path

VERSION = 1
FOLDER = Path(__file__).resolve().parent


@cache
def text_of(name: str, language: str) -> str:
    """A prompt in one of the product's languages."""
    return (FOLDER / f"{name}.{language}.md").read_text(encoding="utf-8").strip()
