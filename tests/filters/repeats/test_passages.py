"""Where a repeated passage may be cut."""

import pytest

from filters.near_duplicates.folding import fold_all
from filters.repeats.passages import Passage, cut_spans, join_stretches, place_passages, subtract, without


@pytest.mark.parametrize(
    ("stretches", "joined"),
    [
        ([], []),
        ([(0, 5, "a")], []),
        ([(0, 10, "a")], [(0, 10, "a")]),
        ([(4, 10, "b"), (0, 4, "a")], [(0, 10, "a")]),
        ([(0, 6, "a"), (7, 13, "b")], []),
        ([(0, 20, "a"), (3, 5, "b"), (30, 40, "c")], [(0, 20, "a"), (30, 40, "c")]),
    ],
)
def test_join(stretches: list[tuple[int, int, str]], joined: list[tuple[int, int, str]]) -> None:
    assert join_stretches(stretches, min_chars=10) == joined


def placed(text: str, start: int, end: int) -> list[str]:
    places = fold_all([text]).original
    return [text[p.start : p.end] for p in place_passages(text, places, [(start, end, "x")])]


@pytest.mark.parametrize(
    ("text", "start", "end", "expected"),
    [
        ("등대는 바다를 비춘다", 0, 9, ["등대는 바다를 비춘다"]),
        ("등대는 바다를 비춘다", 1, 8, ["바다를"]),
        ("등대는 바다를 비춘다", 3, 6, ["바다를"]),
        ("등대는바다를비춘다", 1, 8, []),
        ("(등대는) 바다를, 비춘다.", 3, 6, ["바다를,"]),
        ("㈜등대 바다", 1, 5, ["㈜등대 바다"]),
        ("- 첫 항목은 같다.", 0, 6, ["- 첫 항목은 같다."]),
        ("그는 말했다(정말로). 끝", 2, 8, ["말했다(정말로)."]),
    ],
)
def test_never_half_a_word(text: str, start: int, end: int, expected: list[str]) -> None:
    told = placed(text, start, end)
    assert [part.rstrip(",. ") for part in told] == [part.rstrip(",. ") for part in expected]


@pytest.mark.parametrize(
    ("text", "passage", "kept"),
    [
        # Whole lines.
        ("앞 줄\n같은 줄\n같은 줄 둘\n뒤 줄", "같은 줄\n같은 줄 둘", "앞 줄\n뒤 줄"),
        # From a sentence to a sentence.
        (
            "앞 문장이 끝난다. 같은 말을 한다. 또 같은 말. 뒤에 다른 말",
            "끝난다. 같은 말을 한다. 또 같은 말. 뒤에",
            "앞 문장이 끝난다.  뒤에 다른 말",
        ),
        # No sentence in reach: words.
        ("하나 둘 셋 넷 다섯", "둘 셋 넷", "하나  다섯"),
        # All of it.
        ("모두 같다", "모두 같다", ""),
        # One mark of a pair of fences never goes.
        ("글 앞\n```\n코드\n코드\n```\n글 뒤", "글 앞\n```\n코드", "```\n코드\n코드\n```\n글 뒤"),
        # A table keeps its head as long as it has rows, and no row is cut in two.
        (
            "글\n| 가 | 나 |\n|---|---|\n| 1 | 2 |\n| 3 | 4 |",
            "글\n| 가 | 나 |\n|---|---|\n| 1 | 2 |",
            "| 가 | 나 |\n|---|---|\n| 1 | 2 |\n| 3 | 4 |",
        ),
        ("글\n| 가 |\n|---|\n| 1 |\n| 3 |", "| 1 |", "글\n| 가 |\n|---|\n| 3 |"),
        ("| 가 |\n|---|\n| 1 |\n| 3 |", "| 가 |\n|---|\n| 1 |", "| 가 |\n|---|\n| 1 |\n| 3 |"),
        ("글\n| 가 같다. 다르다. |\n뒤", "글\n| 가 같다.", "| 가 같다. 다르다. |\n뒤"),
        ("| 다르다. 같다. |\n글\n뒤", "같다. |\n글", "| 다르다. 같다. |\n뒤"),
        ("| 가 |\n|---|\n뒤", "| 가 |\n|---|", "뒤"),
        ("글\n```\nx\n```\n뒤", "글\n```\nx\n```", "뒤"),
    ],
)
def test_cut(text: str, passage: str, kept: str) -> None:
    start = text.index(passage)
    spans = cut_spans(text, [Passage(start, start + len(passage), 1, "x")])
    assert without(text, spans) == kept


@pytest.mark.parametrize(
    ("spans", "kept"),
    [([], "가나 다라"), ([(0, 5)], ""), ([(0, 2), (1, 3)], "다라"), ([(1, 4)], "가 라"), ([(3, 5), (0, 1)], "나 ")],
)
def test_without(spans: list[tuple[int, int]], kept: str) -> None:
    assert without("가나 다라", spans) == kept


def test_subtract() -> None:
    passage = Passage(10, 20, 10, "x")
    assert [
        subtract(spans, passage) for spans in ([(0, 5)], [(0, 12)], [(0, 30)], [(9, 11), (15, 16), (19, 30)], [(20, 30)])
    ] == [10, 8, 0, 7, 10]
