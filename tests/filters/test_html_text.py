"""The main text of pages: what is kept, in which lines, and what becomes an error."""

import pytest

from filters.html_text import MAX_HTML_CHARACTERS, ExtractionError, extract_main_text

FILLER = "본문으로 알아볼 수 있을 만큼 넉넉히 긴 한국어 문단이 앞뒤에 하나씩 있다. " * 6
FIRST, LAST = f"처음: {FILLER}".strip(), f"마지막: {FILLER}".strip()


def page(middle: str) -> str:
    return f"<html><head><title>제목</title></head><body><article><p>{FIRST}</p>{middle}<p>{LAST}</p></article></body></html>"


KEPT: list[tuple[str, str, list[str]]] = [
    ("paragraphs", "<p>둘째 문단.</p><p>셋째 문단.</p>", ["둘째 문단.", "셋째 문단."]),
    ("line breaks of the source", "<p>한 문단이\n   여러 줄에\n\n걸쳐 있다.</p>", ["한 문단이 여러 줄에 걸쳐 있다."]),
    ("inline markup", '<p>한국<b>어</b>를 <a href="x">읽</a>다.\n<i>가</i> <i>나</i></p>', ["한국어를 읽다. 가 나"]),
    ("breaks", "<p>한 줄<br>두 줄<br/>세 줄</p>", ["한 줄", "두 줄", "세 줄"]),
    ("a list", "<ul><li>하나\n둘</li><li>셋</li></ul>", ["- 하나 둘", "- 셋"]),
    ("a list in a list", "<ul><li>밖<ul><li>안</li></ul></li><li>뒤</li></ul>", ["- 밖", "  - 안", "- 뒤"]),
    (
        "a table",
        "<table><tr><th>이름</th><th>값</th></tr><tr><td>가</td><td>1</td></tr></table>",
        ["| 이름 | 값 |", "|---|---|", "| 가 | 1 |"],
    ),
    ("definitions", "<dl><dt>말모이</dt><dd>첫 사전의 이름.</dd></dl>", ["말모이", "첫 사전의 이름."]),
    (
        "definitions of blocks",
        "<dl><dt>말</dt><dd>앞 글<p>문단.</p><ul><li>항목</li></ul></dd></dl>",
        ["말", "앞 글", "문단.", "- 항목"],
    ),
    ("text beside blocks", "<div>앞 글<div>안 글</div>뒤 <b>글</b></div>", ["앞 글", "안 글", "뒤 글"]),
    ("preformatted text", "<pre>def f():\n    return 1</pre>", ["def f():", "    return 1"]),
    ("quotations", "<blockquote><p>인용 하나.</p><p>인용 둘.</p></blockquote>", ["인용 하나.", "인용 둘."]),
    ("headings", "<h2>작은 제목</h2><p>아래 글.</p>", ["작은 제목", "아래 글."]),
    ("entities", "<p>&lt;글&gt; &amp; &#44032;&nbsp;&hellip;</p>", ["<글> & 가 …"]),
    ("scripts and styles", "<script>var x = '글';</script><style>p {}</style><p>글.</p>", ["글."]),
    ("comments of the source", "<p>글<!-- 숨은 글 -->자.</p>", ["글자."]),
    ("navigation", "<nav><a href='/'>홈</a> <a href='/login'>로그인</a></nav>", []),
    ("old Hangul", "<p>나랏말ᄊᆞ미 듕귁에 달아</p>", ["나랏말ᄊᆞ미 듕귁에 달아"]),
    ("a control character", "<p>가\x0b나</p>", ["가나"]),
    ("an unclosed tag", "<p>하나<p>둘", ["하나", "둘"]),
]


@pytest.mark.parametrize(("middle", "lines"), [row[1:] for row in KEPT], ids=[row[0] for row in KEPT])
def test_what_is_kept_between_two_paragraphs(middle: str, lines: list[str]) -> None:
    assert extract_main_text(page(middle)).split("\n") == [FIRST, *lines, LAST]


@pytest.mark.parametrize(
    "head", ['<?xml version="1.0" encoding="euc-kr"?>\n<!DOCTYPE html>', '<meta charset="euc-kr">', '<meta charset="no-such">']
)
def test_the_text_is_decoded_already_whatever_the_page_says(head: str) -> None:
    assert extract_main_text(head + page("")) == f"{FIRST}\n{LAST}"


def test_the_same_page_gives_the_same_text_whatever_came_before() -> None:
    pages = [page(f"<p>같은 문단이다. {FILLER}</p><p>{number}번째.</p>") for number in range(8)]
    alone = [extract_main_text(one) for one in pages]
    assert [extract_main_text(one) for one in reversed(pages + pages)] == list(reversed(alone + alone))


BAD: list[tuple[str, str, str]] = [
    ("nothing", "", "no_main_text"),
    ("white space", " \n ", "no_main_text"),
    ("no body", "<html></html>", "no_main_text"),
    ("only a script", "<html><body><script>var x = 1;</script></body></html>", "no_main_text"),
    ("only a comment", "<!-- 글 -->", "no_main_text"),
    ("frames", "<html><frameset><frame src='a.html'></frameset></html>", "no_main_text"),
    ("deep blocks", "<div>" * 100_000 + FILLER, "html_too_deep"),
    ("deep inline elements", f"<p>{FILLER}</p>" + "<b>" * 100_000 + FILLER, "html_too_deep"),
    ("deep tables", "<table><tr><td>" * 10_000 + FILLER, "html_too_deep"),
    ("a tag of 200,000 attributes", "<p " + " ".join(f"a{n}=1" for n in range(200_000)) + ">글</p>", "html_not_parsed"),
    ("too long", "<p>" + "가" * MAX_HTML_CHARACTERS, "html_too_large"),
]


@pytest.mark.parametrize(("html", "rule"), [row[1:] for row in BAD], ids=[row[0] for row in BAD])
def test_a_page_without_text_says_why(html: str, rule: str) -> None:
    with pytest.raises(ExtractionError) as caught:
        extract_main_text(html)
    assert caught.value.rule == rule


def test_an_image_in_the_markup_is_no_tag_of_many_attributes() -> None:
    image = '<img src="data:image/png;base64,' + "iVBORw0KGgo=" * 20_000 + '">'
    assert extract_main_text(page(f"<p>그림 {image} 뒤</p>")).split("\n")[1] == "그림 뒤"


def test_a_short_page_gives_what_there_is() -> None:
    assert extract_main_text("<html><body><p>짧은 글.</p></body></html>") == "짧은 글."
