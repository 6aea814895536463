"""The share of sentences."""

import pytest

from filters.korean.prose import prose_share


@pytest.mark.parametrize(
    ("text", "share"),
    [
        ("", 0.0),
        ("홈\n로그인\n회원가입", 0.0),
        ("오늘은 날씨가 참 좋았습니다.", 1.0),
        ("오늘은 날씨가 참 좋았습니다", 1.0),
        ("This line has several words in it.", 1.0),
        ("오늘은 날씨가 참 좋았습니다.\n" + "가" * 16, 0.5),
    ],
)
def test_prose_share(text: str, share: float) -> None:
    assert prose_share(text) == pytest.approx(share)
