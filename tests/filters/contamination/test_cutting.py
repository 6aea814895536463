"""Cutting: whole sentences go, of code whole lines, and the rest stays as it is."""

import pytest

from filters.contamination.cutting import cut


@pytest.mark.parametrize(
    ("text", "wanted", "left"),
    [
        ("앞 문장이다. 다음 중 수도는? 뒤 문장이다.", "중 수도", "앞 문장이다. 뒤 문장이다."),
        ("앞 문장이다.\n3. 다음 중 수도는? ① 서울\n뒤 문장이다.", "중 수도", "앞 문장이다.\n① 서울\n뒤 문장이다."),
        ("앞이다.\n\n질문이 여기\n두 줄에 있다\n\n뒤다.", "질문이 여기\n두 줄", "앞이다.\n\n뒤다."),
        ("질문이 여기 있다. 뒤다.", "질문", "뒤다."),
        ("앞이다. 질문이 여기", "질문", "앞이다."),
        ("질문뿐이다", "질문", ""),
        ("그는 말했다. “질문이 뭐야?” 그랬다.", "질문", "그는 말했다. 그랬다."),
        ("값은 3.5이고 질문은 이것이다. 끝.", "질문", "끝."),
        (
            "마침표없이이어지는글" * 500 + "질문" + "마침표없이이어지는글" * 500,
            "질문",
            "마침표없이이어지는글" * 300 + " " + "마침표없이이어지는글" * 300,
        ),
    ],
)
def test_prose(text: str, wanted: str, left: str) -> None:
    start = text.index(wanted)
    assert cut(text, [(start, start + len(wanted))]) == left


def test_several_at_once() -> None:
    text = "하나. 둘. 셋. 넷."
    spans = [(text.index(word), text.index(word) + 1) for word in ("셋", "하나")]
    assert cut(text, spans) == "둘. 넷."


def test_code_by_lines() -> None:
    text = "def one():\n    return 1\n\ndef two():\n    return 2\n"
    start = text.index("two")
    assert cut(text, [(start, start + 10)], code=True) == "def one():\n    return 1\n\n"
