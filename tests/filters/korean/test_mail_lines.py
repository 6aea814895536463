"""Lines of letters."""

from filters.korean.mail_lines import mail_lines

LETTER = "확인 부탁드립니다.\n--\n김하나\n주소: 한밭로 12\nHP 010-0000-0000\n-----Original Message-----\n제목: RE: 견적\n나의 휴대폰에서 보냄"


def test_a_letter_without_body() -> None:
    lines = mail_lines(LETTER)
    assert lines is not None
    assert lines.share == 1.0
    assert lines.kinds == ("farewell", "rule", "name", "contact", "quoted", "header", "device")


def test_other_texts() -> None:
    assert mail_lines("") is None
    assert mail_lines("제목: 긴 글\n" + "이 글에는 여러 문장이 들어 있고 주소나 전화는 없습니다.\n" * 20) is None
