"""Encodings of real sentences, short and long, rightly and wrongly declared; and what is no text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filters.decode import Decoded, UndecodableError, codec_of, decode, sniff_markup_encoding

KOREAN = "한국어 위키백과의 첫 문서는 2002년 10월에 만들어졌으며, 지금은 누구나 글을 고칠 수 있다."
JAPANESE = "国立国語研究所は、日本語の歴史と現在の使われ方を調べるために設けられた機関です。"
CHINESE = "国家图书馆位于北京，收藏了大量的古籍和现代出版物，对公众开放。"
GERMAN = "Die Bücher müssen spätestens am Freitag zurückgegeben werden, außer für Schüler."
FRENCH = "L’élève a préféré relire ses leçons plutôt que d'aller à la fête où l'on l'avait invité."
ENGLISH = "The library opens at nine and closes at six, except on public holidays."

SENTENCES: list[tuple[str, str, str]] = [
    (KOREAN, "utf-8", "utf-8"),
    (KOREAN, "cp949", "cp949"),
    (KOREAN, "euc_kr", "cp949"),
    (KOREAN, "utf-16-le", "utf-16-le"),
    (KOREAN, "utf-16-be", "utf-16-be"),
    (KOREAN, "iso2022_kr", "iso2022_kr"),
    ("똠방각하와 펲시맨이 뷁을 외쳤다고 한다", "cp949", "cp949"),
    ("大韓民國은 民主共和國이다. 모든 權力은 國民으로부터 나온다.", "cp949", "cp949"),
    ("가격: 12,000원 (VAT 별도) ※ 문의 → 고객센터", "cp949", "cp949"),
    ("ㅋㅋㅋㅋ 진짜 재밌다 ㅠㅠ 또 보고 싶어요 ㅎㅎ", "cp949", "cp949"),
    ("자음 ㄱㄴㄷ은 한글의 낱자이다", "cp949", "cp949"),
    (JAPANESE, "utf-8", "utf-8"),
    (JAPANESE, "cp932", "cp932"),
    (JAPANESE, "euc_jp", "euc_jp"),
    (JAPANESE, "iso2022_jp", "iso2022_jp"),
    ("ありがとうございます", "cp932", "cp932"),
    ("コンピューターのファイル", "euc_jp", "euc_jp"),
    (CHINESE, "gb18030", "gb18030"),
    (CHINESE, "utf-16-le", "utf-16-le"),
    (GERMAN, "utf-8", "utf-8"),
    (GERMAN, "cp1252", "cp1252"),
    (FRENCH, "cp1252", "cp1252"),
    (FRENCH, "utf-16-le", "utf-16-le"),
    (ENGLISH, "ascii", "utf-8"),
    (ENGLISH, "utf-16-be", "utf-16-be"),
    ("ÄRZTE UND ÜBERSETZER", "cp1252", "cp1252"),
    ("© 2024 Müller GmbH", "cp1252", "cp1252"),
    ("Привет, мир", "utf-8", "utf-8"),
    ("안녕하세요", "cp949", "cp949"),
    ("서울특별시", "cp949", "cp949"),
    ("감사합니다", "utf-16-le", "utf-16-le"),
    ("café", "utf-8", "utf-8"),
    ("für Öl", "cp1252", "cp1252"),
    ("", "utf-8", "utf-8"),
]


@pytest.mark.parametrize(("text", "encoding", "name"), SENTENCES)
@pytest.mark.parametrize("times", [1, 40])
def test_detection(text: str, encoding: str, name: str, times: int) -> None:
    text = "\n".join([text] * times)
    assert decode(text.encode(encoding)) == Decoded(text, name, "detected")


@pytest.mark.parametrize(
    ("text", "encoding", "declared", "name"),
    [
        (KOREAN, "utf-8", "UTF-8", "utf-8"),
        (KOREAN, "cp949", "EUC-KR", "cp949"),
        (KOREAN, "cp949", " 'ks_c_5601-1987' ", "cp949"),
        (KOREAN, "johab", "johab", "johab"),
        (KOREAN, "utf-16-le", "utf-16", "utf-16-le"),
        (JAPANESE, "cp932", "Shift_JIS", "cp932"),
        (JAPANESE, "euc_jp", "x-euc-jp", "euc_jp"),
        (CHINESE, "gb18030", "gb2312", "gb18030"),
        (CHINESE.replace("国", "國"), "gb18030", "gbk", "gb18030"),
        ("國家圖書館位於臺北", "big5", "big5", "big5"),
        (GERMAN, "cp1252", "iso-8859-1", "cp1252"),
        ("Привет, как дела?", "cp1251", "windows-1251", "cp1251"),
        ("Привет, как дела?", "koi8-r", "koi8-r", "koi8-r"),
        ("Příliš žluťoučký kůň", "iso8859-2", "ISO-8859-2", "iso8859-2"),
        ("ÐÞý ¤¦", "cp1252", "shift_jis", None),
        ("東京", "cp932", "shift_jis", "cp932"),
        ("뷁쉙", "cp949", "euc-kr", None),
    ],
)
def test_a_right_declaration_is_followed(text: str, encoding: str, declared: str, name: str | None) -> None:
    if name is None:
        with pytest.raises(UndecodableError):
            decode(text.encode(encoding), declared=declared)
    else:
        assert decode(text.encode(encoding), declared=declared) == Decoded(text, name, "declared")


@pytest.mark.parametrize(
    "declared",
    [
        "utf-8",
        "iso-8859-1",
        "windows-1252",
        "us-ascii",
        "shift_jis",
        "euc-jp",
        "gb2312",
        "big5",
        "utf-16",
        "koi8-r",
        "x-unknown",
    ],
)
@pytest.mark.parametrize("text", [KOREAN, "안녕하세요", KOREAN * 30], ids=["sentence", "ten bytes", "long"])
def test_mislabelled_korean_is_found_out(text: str, declared: str) -> None:
    assert decode(text.encode("cp949"), declared=declared) == Decoded(text, "cp949", "detected")


@pytest.mark.parametrize("declared", ["euc-kr", "iso-8859-1", "shift_jis", "utf-16", "big5"])
@pytest.mark.parametrize("text", [KOREAN, JAPANESE, CHINESE, GERMAN, FRENCH, "Ümlaut"])
def test_utf8_is_utf8_whatever_is_declared(text: str, declared: str) -> None:
    assert decode(text.encode(), declared=declared) == Decoded(text, "utf-8", "detected")


def test_two_byte_korean_that_is_valid_utf8() -> None:
    # C6 AF C2 A1 is CP949 for two syllables and UTF-8 for two Latin letters that nobody writes together.
    data = "특징".encode("cp949")
    assert data.decode("utf-8") == "Ư¡"
    assert decode(data, declared="euc-kr") == Decoded("특징", "cp949", "declared")
    assert decode("é à".encode(), declared="euc-kr") == Decoded("é à", "utf-8", "detected")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
@pytest.mark.parametrize("text", [KOREAN, ENGLISH, "", "가"])
@pytest.mark.parametrize("declared", [None, "euc-kr", "utf-8"])
def test_a_byte_order_mark_decides_and_is_taken_off(encoding: str, text: str, declared: str | None) -> None:
    decoded = decode(text.encode(encoding), declared=declared)
    assert (decoded.text, decoded.how) == (text, "bom")


BROKEN = (KOREAN * 3).encode()
UNDECODABLE: list[tuple[str, bytes, str | None, str, str]] = [
    ("UTF-8 with a cut character inside", BROKEN[:40] + b"\xea" + BROKEN[40:], None, "invalid_utf8", "the first at"),
    ("UTF-8 that is cut off", BROKEN[:-2] + b"\xea\xb0", "utf-8", "invalid_utf8", "the first at"),
    ("UTF-8 with a Latin-1 byte", BROKEN + b" \xe9 " + BROKEN, None, "invalid_utf8", f"the first at {len(BROKEN) + 1})"),
    ("UTF-8, declared EUC-KR, broken", BROKEN + b"\xff", "euc-kr", "invalid_utf8", f"the first at {len(BROKEN)})"),
    ("UTF-8 behind a mark, broken", b"\xef\xbb\xbf" + BROKEN + b"\xff", None, "invalid_utf8", f"byte {len(BROKEN)} after"),
    ("odd UTF-16", b"\xff\xfe" + KOREAN.encode("utf-16-le")[:-1], None, "unknown_encoding", "utf-16-le"),
    ("CP949 with broken bytes", KOREAN.encode("cp949") + b"\xff\xff", "euc-kr", "unknown_encoding", "declared cp949"),
    ("a PNG", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x02\x00", None, "binary_data", "89 50 4e 47"),
    ("a JPEG", b"\xff\xd8\xff\xe0\x00\x10JFIF", "utf-8", "binary_data", "ff d8"),
    ("a PDF", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", None, "binary_data", "25 50"),
    ("a ZIP", b"PK\x03\x04\x14\x00\x06\x00", None, "binary_data", "50 4b"),
    ("zero bytes", bytes(64), None, "binary_data", "a zero byte at 0"),
    ("text with a zero byte", KOREAN.encode() + b"\x00", None, "binary_data", "a zero byte at"),
    ("control bytes", bytes(range(1, 32)) * 4 + b"\xff", None, "binary_data", "control bytes"),
    ("all high bytes", bytes(range(128, 256)), None, "unknown_encoding", "not UTF-8 at byte 0"),
]


@pytest.mark.parametrize(
    ("data", "declared", "rule", "detail"), [row[1:] for row in UNDECODABLE], ids=[row[0] for row in UNDECODABLE]
)
def test_what_is_no_text_is_told_and_never_mended(data: bytes, declared: str | None, rule: str, detail: str) -> None:
    with pytest.raises(UndecodableError) as caught:
        decode(data, declared=declared)
    assert caught.value.rule == rule
    assert detail in caught.value.detail


@given(st.text(st.characters(codec="utf-8", exclude_characters="\x00\x1b"), max_size=80))
def test_utf8_comes_back(text: str) -> None:
    decoded = decode(text.removeprefix("\ufeff").encode(), declared="utf-8")
    assert decoded.encoding != "utf-8" or decoded.text == text.removeprefix("\ufeff")
    if any(character >= "\u0800" for character in text):
        assert decoded.encoding in ("utf-8", "utf-16-be") or not text.encode().startswith(b"%PDF")


FREQUENT = "이다의는을에가하고를한지로기사서은인도자리시어대수있정일그나해전스보장구부라과제동만조들"


@given(st.text(FREQUENT, min_size=5, max_size=200))
def test_frequent_korean_comes_back_from_cp949_whatever_is_declared(text: str) -> None:
    for declared in (None, "euc-kr", "iso-8859-1", "utf-8", "shift_jis"):
        assert decode(text.encode("cp949"), declared=declared).text == text


@given(st.binary(max_size=200), st.sampled_from([None, "utf-8", "euc-kr", "shift_jis", "latin1", "utf-16", "johab"]))
def test_any_bytes_give_their_text_or_the_reason(data: bytes, declared: str | None) -> None:
    try:
        decoded = decode(data, declared=declared)
    except UndecodableError as error:
        assert error.rule in ("binary_data", "invalid_utf8", "unknown_encoding")  # noqa: PT017 - either may happen
    else:
        mark = "\ufeff".encode(decoded.encoding) if decoded.how == "bom" else b""
        # The East Asian sets write some characters in two ways; decoding is strict in all of them.
        assert mark + decoded.text.encode(decoded.encoding) == data or not decoded.encoding.startswith(("utf", "cp1252"))


@pytest.mark.parametrize(
    ("label", "codec"),
    [
        ("EUC-KR", "cp949"),
        ("x-windows-949", "cp949"),
        ("Latin1", "cp1252"),
        ("UTF8", "utf-8"),
        ("base64", None),
        ("rot13", None),
        ("unicode_escape", None),
        ("", None),
    ],
)
def test_labels(label: str, codec: str | None) -> None:
    assert codec_of(label) == codec


@pytest.mark.parametrize(
    ("markup", "label"),
    [
        (b'<meta charset="euc-kr">', "euc-kr"),
        (b"<META CHARSET=UTF-8>", "UTF-8"),
        (b'<meta http-equiv="Content-Type" content="text/html; charset=ks_c_5601-1987" />', "ks_c_5601-1987"),
        (b"<meta content='text/html;charset=euc-kr' http-equiv='content-type'>", "euc-kr"),
        (b'<?xml version="1.0" encoding="EUC-KR"?><html>', "EUC-KR"),
        (b"<html><body>charset=euc-kr</body>", None),
        (b"<!-- " + b"x" * 9000 + b' --><meta charset="euc-kr">', None),
        (b"", None),
    ],
)
def test_the_label_in_markup(markup: bytes, label: str | None) -> None:
    assert sniff_markup_encoding(markup) == label
