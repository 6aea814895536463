"""How gaps join: the form for many says what the form for one says."""

import numpy as np
import pytest

from filters.korean.gaps import ATTACHED, COMMA, LINE, OTHER, SPACE, STOP, gaps_between, join_of

GAPS = [
    (" ", SPACE),
    ("  \t", SPACE),
    ("\n", LINE),
    (" \n ", LINE),
    (", ", COMMA),
    ("、", COMMA),
    (", 3 ", OTHER),
    (". ", STOP),
    (".\n", STOP),
    ("ㅋㅋ ", STOP),
    ("API", ATTACHED),
    (" API", ATTACHED),
    (" (", OTHER),
    (' "', OTHER),
    (')"', ATTACHED),
    (" )", ATTACHED),
    ("**", OTHER),
    (" - ", OTHER),
    (" -\n- ", LINE),
    (", the quick brown fox, ", OTHER),
    (" the quick brown fox", ATTACHED),
    (". the quick\nbrown fox ", STOP),
    (" " * 40, SPACE),
    ("\n" + " " * 40, LINE),
    ("\ud800 ", OTHER),
]


@pytest.mark.parametrize(("gap", "join"), GAPS)
def test_one_gap(gap: str, join: int) -> None:
    assert join_of(gap) == join


def test_many_gaps() -> None:
    text = "가".join(["", *(gap for gap, _ in GAPS), ""])
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    sizes = np.array([len(gap) for gap, _ in GAPS])
    starts = np.cumsum(sizes + 1) - sizes
    found = gaps_between(codes, starts, starts + sizes)
    assert found.joins.tolist() == [join for _, join in GAPS]
    assert found.letters.tolist() == [sum(map(str.isalnum, gap)) for gap, _ in GAPS]
