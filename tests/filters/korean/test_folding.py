"""Words in disguise are found where they stand, and ordinary text has none."""

import pytest

from filters.korean.folding import disguises_of

WORDS = ("카지노", "바카라", "토토", "대출", "소액대출", "섹스", "병신", "텔레그램")


@pytest.mark.parametrize(
    ("text", "word", "written"),
    [
        ("카*지*노", "카지노", "카*지*노"),
        ("오늘 ㅋㅏ지노에서", "카지노", "ㅋㅏ지노"),
        ("카7ㅣ노", "카지노", "카7ㅣ노"),
        ("ㅋr지노", "카지노", "ㅋr지노"),
        ("카ㅈㅣ노", "카지노", "카ㅈㅣ노"),
        ("카\u200b지노", "카지노", "카\u200b지노"),
        ("카🎰지🎰노", "카지노", "카🎰지🎰노"),
        ("카1지2노", "카지노", "카1지2노"),
        ("카 지 노 추천", "카지노", "카 지 노"),
        ("바.카.라", "바카라", "바.카.라"),
        ("㉥ㅏ카라", "바카라", "㉥ㅏ카라"),
        ("바||카||라", "바카라", "바||카||라"),
        ("토♥토", "토토", "토♥토"),
        ("대/출", "대출", "대/출"),
        ("ㄷㅐ출", "대출", "ㄷㅐ출"),
        ("ㄷH출", "대출", "ㄷH출"),
        ("대 출 가능", "대출", "대 출"),
        ("소액대/출", "소액대출", "소액대/출"),
        ("ㅅㅔㄱㅅㅡ", "섹스", "ㅅㅔㄱㅅㅡ"),
        ("병@신", "병신", "병@신"),
        ("텔ㄹㅔ그램", "텔레그램", "텔ㄹㅔ그램"),
    ],
)
def test_disguises(text: str, word: str, written: str) -> None:
    (found,) = disguises_of(WORDS).find(text)
    assert (WORDS[found.word], text[found.start : found.end]) == (word, written)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "plain ASCII only",
        "카지노 대출",
        "최대/출력",
        "그 대 출발",
        "도토♥토리",
        "그럴 수 있는 일 수 있다",
        "한·중·일 3국, 및/또는 가.나.다",
        "**굵게**는 이렇게 씁니다. ㅋㅋㅋㅋ ㅠㅠ",
        "\ud800가*나",
    ],
)
def test_ordinary_text(text: str) -> None:
    assert disguises_of((*WORDS, "일수")).find(text) == []
