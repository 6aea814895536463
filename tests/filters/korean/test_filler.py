"""Courtesy, marks of translation and loose letters, counted."""

import pytest

from filters.korean.filler import courtesy_share, is_courtesy, loose_jamo, translated_density


@pytest.mark.parametrize(
    ("sentence", "courteous"),
    [
        ("항상 저희 매장을 찾아 주셔서 진심으로 감사합니다.", True),
        ("앞으로도 변함없는 사랑과 관심을 부탁드립니다.", True),
        ("오늘도 행복한 하루 되세요.", True),
        ("더 나은 서비스로 보답하겠습니다", True),
        # A fact, a number, another subject, or no formula at all.
        ("불편을 드려 죄송하지만 열람실 공사로 어린이 책은 지하 서고에서 찾으셔야 합니다.", False),
        ("4월 3일까지 이용해 주셔서 감사합니다.", False),
        ("할머니는 마당에서 감을 따셨다.", False),
        ("저희 회사 고객 여러분", True),
        ("항상 좋은 시간", False),
        ("", False),
    ],
)
def test_sentences_of_courtesy(sentence: str, courteous: bool) -> None:
    assert is_courtesy(sentence) == courteous


def test_courtesy_share() -> None:
    found = courtesy_share("안녕하세요. 도서관은 월요일에 문을 닫고 화요일에 다시 엽니다. 감사합니다.")
    assert (found.share, found.num_sentences, found.example) == (2 / 9, 2, "안녕하세요.")
    assert courtesy_share("") == (0.0, 0, "")


def test_translated_density() -> None:
    found = translated_density("그것은 좋은 품질을 가지고 있습니다. 당신은 그것을 사랑할 것입니다.")
    # 그것 twice 1.5, 당신 2, 가지고 있다 1.2, 것입니다 0.5 on nine words.
    assert found.density == pytest.approx(100 * 6.7 / 9)
    assert (found.kinds, found.marks) == (4, "그것 x2, 당신 x1, 가지고 있다 x1, 것입니다 x1")
    assert translated_density("") == (0.0, 0, "")


def test_sentences_that_begin_alike_weigh() -> None:
    text = "여행은 참 좋은 일이다. " * 4
    assert translated_density(text).density == 100 * 2 / 16
    assert translated_density(text.replace(".", "")).density == 0


@pytest.mark.parametrize(
    ("text", "share"),
    [
        ("ㅁㄴㅇㄹ ㅎㅗㅓㅏ ㅁㄴㅇㄹ", 1.0),
        ("ㅁㄴㅇㄹ 가나다라 ㅁㄴㅇㄹㅁㄴㅇㄹ", 0.75),
        ("ㅋㅋㅋㅋㅋㅋㅋㅋ ㅠㅠㅠㅠㅠ ㅋㅎㅋㅎㅋㅎㅋㅎㅋㅎ 재밌다", 0.0),
        ("ㄹㅇ ㅇㅈ 재밌다", 0.0),
        ("자음은 ㄱ, ㄴ, ㄷ, ㄹ, ㅁ, ㅂ, ㅅ, ㅇ, ㅈ, ㅊ, ㅋ, ㅌ, ㅍ, ㅎ이다.", 0.0),
        ("", 0.0),
    ],
)
def test_loose_letters(text: str, share: float) -> None:
    assert loose_jamo(text) == share
