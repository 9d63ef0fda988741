"""Numbers of a result in what somebody wrote."""

import pytest

from engine.judge.quotes import Number, counts_part_of, numbers_in, quoted_scores, quotes_count


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("Train 0,990 contre test 0,791", [0.99, 0.791]),
        ("train .907 test .830.", [0.907, 0.83]),
        ("[-0.005, 0.042]", [-0.005, 0.042]),
        ("[−0,005 ; 0,042]", [-0.005, 0.042]),
        ("0,027-0,072", [0.027, 0.072]),
        ("#1 et 4 800 lignes", [4800]),
        ("South x2 et 61/133", [61, 133]),
        ("rien du tout", []),
    ],
)
def test_numbers_are_read_as_people_type_them(text: str, values: list[float]) -> None:
    assert [one.value for one in numbers_in(text)] == pytest.approx(values)


def test_a_score_is_quoted_as_it_is_rounded() -> None:
    scores = {"train": 0.9904, "test": 0.7910, "gap": 0.1994, "fall": -0.1696}
    assert quoted_scores("0.99 and 0.791", scores) == {"train", "test"}
    assert quoted_scores("it is 0.8 or so", scores) == set(), "that could be anything"
    assert quoted_scores("79,1 % au test", scores) == {"test"}
    assert quoted_scores("down 0.170", scores) == {"fall"}
    assert not Number(-0.79, 2, has_sign=True).is_score(0.791)


def test_rows_are_counted_by_a_number_of_them_or_within_others() -> None:
    assert quotes_count("on rate 269 partants", [269, 62])
    assert not quotes_count("8 feuilles, 0,269", [8, 269])
    for text in ("61 sur 133", "61/133", "61 out of the 133", "61 of 133."):
        assert counts_part_of(text, 1600), text
    for text in ("arbre 4 niveaux 0", "0.61 sur 0.99", "61 sur 5000", "200 of 100"):
        assert not counts_part_of(text, 1600), text
