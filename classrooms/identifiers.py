"""Public identifiers: random, short enough to read aloud, never serial numbers."""

from django.utils.crypto import get_random_string

# No vowels (no words), nothing that looks like something else (0/o, 1/l/i).
ALPHABET = "bcdfghjkmnpqrstvwxyz23456789"
JOIN_ALPHABET = "BCDFGHJKMNPQRSTVWXYZ"


def new_public_id() -> str:
    """Twelve characters, 57 bits: unguessable behind a login and a 404."""
    return get_random_string(12, ALPHABET)


def new_join_code() -> str:
    """Six letters that a facilitator can write on a board."""
    return get_random_string(6, JOIN_ALPHABET)


def new_token() -> str:
    """Thirty-two characters, 154 bits: a key in itself, as in a link that works once."""
    return get_random_string(32, ALPHABET)
