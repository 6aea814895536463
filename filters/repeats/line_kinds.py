"""What a line that many pages repeat may be: a menu or notice, or what good text repeats too.

Enters: a line. Leaves: how much it weighs as evidence of boilerplate, and what speaks against taking it for that. Patterns,
for what a page repeats is no sentence of its own: headings of statutes and manuals, items of lists, short sentences of talk
("네.", "감사합니다."), short labels with a value ("정답: 3"). Counters and dates of a page ("조회수 12") are none of those.
"""

import re
from functools import lru_cache
from typing import NamedTuple

#: As much as a clause says: twelve Hangul syllables, or twenty-four letters of an alphabet.
MIN_WEIGHT = 24

_HEADING = re.compile(
    r"#{1,6}(?:\s|$)|제\s?\d{1,4}\s?(?:편|장|절|관|조|항|호|목)|부\s?칙|별\s?[표지]|"
    r"\(?(?:\d{1,3}(?:\.\d{1,3}){0,4}|[IVXivx]{1,5}|[가-하A-Za-z]|[Ⅰ-ⅿ]{1,3})[.)](?:\s|$)|[①-⓿㉠-㉿❶-➓]|"
    r"[<\[【〈《「]{1,2}[^<>\[\]【】〈〉《》「」]{1,40}[>\]】〉》」]{1,2}$|.{0,80}[:：]$|\*\*[^*]{1,80}\*\*$"
)
#: Tags of HTML or components: what one opens another closes.
_MARKUP = re.compile(r"(?:</?[A-Za-z!][^<>]{0,300}>\s*)+$|[{}()\[\];,]+$")
_LIST_ITEM = re.compile(r"(?:[-*+•·▪■□○●◦‣▶▷►※☞→>]|\d{1,3}[.)]|[가-하][.)]|[①-⓿])\s?")
_SENTENCE = re.compile(
    r"(?:[.!?。！？…~]|니다|이다|한다|된다|있다|없다|했다|하다|어요|아요|해요|세요|에요|예요|죠|니까|나요|까요|군요|네요|지요)"
    r"[\s\"'”’)\]」』]*$"
)
#: What stands in few syllables for a whole turn of talk.
_TALK = re.compile(
    r"(?:네|넵|예|아니[오요]|응|음|아|오|안녕|안녕하세요|감사합니다|고맙습니다|죄송합니다|수고하세요|ok|okay|yes|no)\W*$", re.I
)
_LABELLED = re.compile(r"[^:：=]{1,40}[:：=].")
#: The data of a page about itself.
_OF_PAGE = re.compile(
    r"조회|댓글|덧글|답글|추천|공감|좋아요|스크랩|등록일|등록 ?일시|작성일|작성 ?일시|작성자|글쓴이|게시일|게시자|"
    r"(?:입력|수정|승인)\s?:?\s?\d|기사입력|최종수정|최종 ?업데이트|첨부 ?파일|페이지|방문자|카피라이트|"
    r"무단 ?(?:전재|복제|배포)|저작권|전화|팩스|사업자 ?등록|통신판매|대표자|우편번호|"
    r"copyright|ⓒ|©|\(c\)|all rights reserved|"
    r"\b(?:views?|comments?|posted|updated|published|tel|fax)\b|\bpage \d",
    re.IGNORECASE,
)
#: What no text says of itself but on every page.
_NOTICE = re.compile(r"copyright|ⓒ|©|\(c\)\s?\d|all rights reserved|무단 ?(?:전재|복제|배포)", re.IGNORECASE)
_WIDE = 0x1100


class LineKind(NamedTuple):
    """``weight``: letters, those of Hangul and of ideographs twice. ``is_weak``: never taken for its own sake.

    ``is_heading``: belongs to what follows it. ``in_body``: may be boilerplate in the midst of a page too.
    ``is_label``: short and with a value, which may be the page's own. ``of_page``: data of a page about itself. ``is_markup``:
    part of a structure that must stay whole.
    """

    weight: int
    is_weak: bool = False
    is_heading: bool = False
    is_label: bool = False
    in_body: bool = False
    of_page: bool = False
    is_markup: bool = False


@lru_cache(maxsize=1 << 14)
def kind_of(line: str) -> LineKind:
    """The kind of a line without white space round it."""
    weight = sum((1 + (ord(character) >= _WIDE)) for character in line if character.isalpha())
    if _MARKUP.match(line):
        return LineKind(weight, is_weak=True, is_markup=True)
    if _NOTICE.search(line):
        return LineKind(weight, in_body=True, of_page=True)
    is_heading = _HEADING.match(line) is not None
    is_sentence = _SENTENCE.search(line) is not None
    is_short = weight < MIN_WEIGHT
    if _OF_PAGE.search(line) and not is_heading:
        return LineKind(weight, is_weak=is_short and is_sentence, in_body=not is_sentence, of_page=True)
    has_value = any(character.isdecimal() for character in line) or _LABELLED.match(line) is not None
    is_weak = is_heading or (is_short and (is_sentence or _TALK.match(line) is not None))
    is_label = is_short and has_value and not is_weak
    in_body = not (is_weak or is_label or is_sentence or _LIST_ITEM.match(line))
    return LineKind(weight, is_weak=is_weak, is_heading=is_heading, is_label=is_label, in_body=in_body)
