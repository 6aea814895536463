"""Texts too short to be documents: a few words, a title, a greeting, an exclamation."""

from .draw import Draw, items
from .vocabulary import GOODS, NOUNS, SITES

_WORDS = {"noun": NOUNS, "goods": GOODS, "site": SITES}
_TEXTS = items(
    """안녕하세요
    {noun} 문의
    {goods} {noun}
    감사합니다.
    {site} {noun} 페이지
    네 알겠습니다 {n:1-99}
    준비 중입니다.
    {noun:이} 없습니다.
    잘 보고 갑니다 {n:1-999}
    제목 없음 {n:1-999}
    ㅋㅋㅋㅋㅋㅋ
    {goods} 팝니다
    {noun} 좀 알려 주세요
    내용 없음
    사진 {n:1-99}장
    {noun:은} 여기서
    비밀글입니다.
    좋은 글이네요 {noun}
    {n:1-31}일 {noun}"""
)


def make(draw: Draw) -> str:
    return draw.line(_TEXTS, _WORDS)
