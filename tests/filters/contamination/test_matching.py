"""Questions found in every form, what is ordinary text left alone, and hostile input in bounded time."""

import time
import unicodedata

import pytest

from filters.contamination.index import build_index
from filters.contamination.items import Item
from filters.contamination.matching import Matcher


def item(name: str, question: str, *choices: str, answer: str = "") -> Item:
    return Item(benchmark="b.jsonl", item=name, question=question, choices=choices, answer=answer)


ITEMS = [
    item("king", "조선 시대에 세종대왕이 훈민정음을 창제한 연도는 언제입니까?", answer="1443년"),
    item("law", "근로기준법 제23조에 따른 해고 제한에 관한 설명으로 옳지 않은 것은?"),
    item("sum", "철수는 사과 12개를 가지고 있었는데 영희에게 5개를 주었다. 철수에게 남은 사과는 몇 개인가?"),
    item("choice", "다음 중 옳은 것은?", "물은 백 도에서 끓는다", "쇠는 나무보다 가볍다", "달은 스스로 빛난다"),
    item("mountain", "세계에서 가장 높은 산은 무엇인가?", answer="에베레스트"),
    item("capital", "대한민국의 수도는?", answer="서울"),
    item("planet", "Which planet in the solar system has the largest number of known moons?"),
    item(
        "code",
        'def has_close_elements(numbers: List[float], threshold: float) -> bool:\n    """ Check if any two numbers are closer."""',
    ),
    item("short", "왜?"),
    item("one", "가"),
    item("instruction", "다음 글을 읽고 물음에 답하시오."),
]
NAMES = [one.item for one in ITEMS]
AROUND = "산책로를 새로 고치는 공사가 다음 달에 시작된다. {} 시민들은 강 건너편 길로 다녀야 한다."


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    return Matcher(build_index(ITEMS))


def found(matcher: Matcher, text: str) -> list[str]:
    return [NAMES[match.item] for match in matcher.find([text])[0]]


def full_width(text: str) -> str:
    return text.translate({ord(" "): "\u3000", **{code: code + 0xFEE0 for code in range(0x21, 0x7F)}})


@pytest.mark.parametrize("name", ["king", "law", "sum", "mountain", "planet", "code"])
@pytest.mark.parametrize(
    "form",
    [
        str,
        lambda text: text.replace(" ", ""),
        lambda text: " ".join(text),
        full_width,
        lambda text: unicodedata.normalize("NFD", text),
        lambda text: "\n".join(text[start : start + 7] for start in range(0, len(text), 7)),
        lambda text: f"⑤ 「{text.rstrip('?')}」",
    ],
)
def test_forms(matcher: Matcher, name: str, form: object) -> None:
    assert callable(form)
    question = ITEMS[NAMES.index(name)].question
    assert found(matcher, AROUND.format(form(question))) == [name]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("조선 시대의 세종대왕은 훈민정음이 창제하던 연도가 언제일까요?", ["king"]),
        ("조선시대는세종대왕도훈민정음만창제할연도를언제다", ["king"]),
        ("１. 조선 시대에 세종대왕(世宗大王)이\n훈민정음(訓民正音)을 창제한 연도는 언제지？", ["king"]),
        ("근로기준법 제23조로 따른 해고 제한을 관하던 설명에서 옳지 않을 것을?", ["law"]),
        ("철수가 사과를 12개 가졌는데 영희에게 5개 줬다. 철수에게 남는 사과가 몇 개일까?", ["sum"]),
        ("다음 중 옳은 것은?\n① 물은 백 도에서 끓는다\n② 쇠는 나무보다 가볍다\n③ 달은 스스로 빛난다", ["choice"]),
        ("다음 중 옳은 것은?\n(가) 물이 백 도에 끓어요 (나) 쇠가 나무보다 가벼워요 (다) 달이 스스로 빛나요", ["choice"]),
        ("세계에서 가장 높은 산이 무엇입니까?", ["mountain"]),
        ("대한민국의 수도는?\n서울", ["capital"]),
        ("대한민국의 수도는? 답: 서울", ["capital"]),
    ],
)
def test_changed_questions(matcher: Matcher, text: str, names: list[str]) -> None:
    assert found(matcher, AROUND.format(text)) == names


@pytest.mark.parametrize(
    "text",
    [
        "",
        "가",
        "훈민정음을 창제한 왕은 세종대왕이다.",
        "조선 시대에 세종대왕이 훈민정음을 반포하였다.",
        "근로기준법 제23조에 따른 해고 제한에 관한 규정은 다음과 같다.",
        "다음 중 옳은 것은? ① 사과는 과일이다 ② 배는 채소이다",
        "다음 글을 읽고 물음에 답하시오. 옳은 것을 모두 고르시오.",
        "세계에서 가장 높은 산은 에베레스트이다.",
        "대한민국의 수도는 서울이다.",
        "대한민국의 수도 서울",
        "왜? 가? 무엇?",
        "The planet with the largest number of moons is Saturn.",
        "def close(numbers): return numbers",
    ],
)
def test_ordinary_text(matcher: Matcher, text: str) -> None:
    assert found(matcher, AROUND.format(text)) == []


def test_too_short_is_told(matcher: Matcher) -> None:
    assert [NAMES[number] for number in matcher.index.too_short] == ["short", "one", "instruction"]


def test_where_it_stands(matcher: Matcher) -> None:
    text = AROUND.format(ITEMS[0].question)
    (match,) = matcher.find([text])[0]
    assert text[match.start : match.end] == ITEMS[0].question.rstrip("?")
    assert (match.overlap, match.item) == (1.0, 0)
    assert 0.8 < match.threshold < 0.9


def test_neighbours_and_slices_do_not_show(matcher: Matcher) -> None:
    texts = [AROUND.format(one.question) for one in ITEMS] + ["", "가"]
    alone = [matcher.find([text])[0] for text in texts]
    assert matcher.find(texts) == alone
    assert matcher.find(texts[::-1]) == alone[::-1]
    long = "\n".join(["산책로를 새로 고치는 공사가 시작된다."] * 60_000)
    for place in (0, (1 << 20) - 20, (1 << 20) - (1 << 15), len(long)):
        (match,) = matcher.find([long[:place] + "\n" + ITEMS[0].question + "\n" + long[place:]])[0]
        assert (match.item, match.start) == (0, place + 1)


def test_questions_that_share_their_form() -> None:
    items = [
        item(str(number), f"{number}번 버스가 {number * 7}분마다 올 때 한 시간에 몇 대가 오는가?") for number in range(100, 400)
    ]
    shared = Matcher(build_index(items))
    (match,) = shared.find([AROUND.format(items[77].question)])[0]
    assert match.item == 77
    assert shared.find([AROUND.format("버스가 올 때 한 시간에 사람이 몇 명 오는가?")])[0] == []


def test_repeated_items_are_the_first_one() -> None:
    again = Matcher(build_index([ITEMS[1], *[ITEMS[0]] * 500]))
    (match,) = again.find([ITEMS[0].question])[0]
    assert match.item == 1
    assert again.index.num_repeated == 499


def test_no_items() -> None:
    assert Matcher(build_index([])).find(["무엇인가", ""]) == [[], []]


@pytest.mark.parametrize(
    "text",
    [
        "학교 " * 300_000,
        "1" * 1_000_000,
        "a" * 1_000_000,
        (ITEMS[0].question + " ") * 5_000,
        (ITEMS[2].question[:-9] + "이다. ") * 5_000,
    ],
    ids=["word", "digits", "letters", "question", "nearly"],
)
def test_hostile_texts(matcher: Matcher, text: str) -> None:
    before = time.process_time()
    matcher.find([text])
    assert time.process_time() - before < 20


def test_hostile_items() -> None:
    words = " ".join(f"{chr(0xAC00 + number * 37 % 11172)}{chr(0xAC00 + number * 91 % 11172)}" for number in range(100_000))
    items = [
        item("long", words),
        item("letters", "a" * 1_000_000),
        item("word", "학교 " * 100_000),
        item("digits", "1" * 10_000),
    ]
    before = time.process_time()
    long = Matcher(build_index(items))
    assert time.process_time() - before < 20
    assert long.index.too_short == (1, 2, 3)
    matches = long.find([words[60_000:63_000]])[0]
    assert {match.item for match in matches} == {0}
