"""Doorway pages written for search engines: a place and a trade again and again, in sentences that say nothing."""

from .draw import Draw, items
from .vocabulary import AREAS, CITIES, GOODS, NOUNS, SITES, TRADES

_SENTENCES = items(
    """오늘은 {key}에 대해 알아보겠습니다.
    {key:을} 찾고 계신 분들을 위해 {key} {noun} 정보를 모았습니다.
    {key} {noun:이} 궁금하시다면 이 글을 끝까지 읽어 주세요.
    {key} 잘하는 곳을 찾는다면 {key} 전문 업체를 추천합니다.
    {key} {noun} 비교는 {key} 선택에서 가장 중요합니다.
    많은 분들이 {key} {noun:을} 검색하고 계십니다.
    {key} 추천 업체에서 {key} 견적을 무료로 받아 보세요.
    {key:은} {key} 전문가에게 맡기는 것이 좋습니다.
    이렇게 {key} {noun}에 대해 정리해 보았습니다.
    {key} 후기를 보면 {key} 만족도가 높다는 것을 알 수 있습니다.
    {key} 가격은 업체마다 다르므로 {key} 비교가 필요합니다.
    {key} 관련 {noun:과} {noun} 정보를 아래에서 확인하세요.
    지금까지 {key}, {key} {noun}, {key} {noun} 알아보았습니다.
    {key} 잘하는 곳, {key} 저렴한 곳, {key} 유명한 곳을 소개합니다.
    {key} 때문에 고민이신가요? {key} {noun} 여기서 해결하세요.
    {key} {noun:은} {site}에서 확인할 수 있으니 참고하시기 바랍니다.
    요즘 {key} 인기가 많아지면서 {key} {noun} 문의도 늘고 있습니다.
    도움이 되셨다면 {key} 글에 공감과 댓글 부탁드립니다.
    {key} 하면 {site}, {site} 하면 {key}입니다.
    다음 글에서는 {key} {noun}에 대해 더 자세히 알아보겠습니다."""
)
_HEADS = items(
    """{key} {noun} 총정리
    {key} 추천 TOP {n:3-10}
    {key} {noun} {noun} 비교
    {key} 잘하는 곳 {n:3-20}곳
    2025 {key} {noun}
    {key} {noun} 바로가기
    {key} 가격 및 {noun} 안내
    {key} 후기 {noun} {noun}
    {key}란?
    {key} 장점과 단점
    {site} {key} {noun}
    꼭 알아야 할 {key} {noun}"""
)


def make(draw: Draw) -> str:
    subject = draw.one(draw.random.choice([TRADES, TRADES, GOODS]))
    place = draw.one(draw.random.choice([CITIES, AREAS]))
    keys = draw.random.choice(
        [(f"{place} {subject}",), (f"{place} {subject}", f"{place}{subject}", subject), (subject, f"{subject} 추천")]
    )
    words = {"key": keys, "noun": NOUNS, "site": SITES}
    return draw.random.choice([_post, _post, _post, _places, _tags])(draw, words, subject)


def _post(draw: Draw, words: dict[str, tuple[str, ...]], _subject: str) -> str:
    parts = [draw.line(_HEADS, words)]
    for _ in range(draw.whole(3, 8)):
        if draw.chance(0.6):
            parts.append(draw.random.choice(["", "## ", "■ ", "1. "]) + draw.line(_HEADS, words))
        parts.append(" ".join(draw.lines(_SENTENCES, words, 2, 5)))
    if draw.chance(0.6):
        parts.append(" ".join("#" + draw.fill("{key}{noun}", words).replace(" ", "") for _ in range(draw.whole(5, 25))))
    return draw.random.choice(["\n\n", "\n"]).join(parts)


def _places(draw: Draw, words: dict[str, tuple[str, ...]], subject: str) -> str:
    """The same trade in every town."""
    towns = draw.several([*CITIES, *AREAS], 25, 45)
    parts = [draw.line(_HEADS, words), *draw.lines(_SENTENCES, words, 1, 4)]
    parts.append(draw.random.choice([" ", ", ", " | ", "\n"]).join(f"{town} {subject}" for town in towns))
    return "\n".join([*parts, *draw.lines(_SENTENCES, words, 1, 4)])


def _tags(draw: Draw, words: dict[str, tuple[str, ...]], _subject: str) -> str:
    parts = draw.lines(_SENTENCES, words, 2, 6)
    parts += [draw.line(_HEADS, words) for _ in range(draw.whole(8, 25))]
    parts.append("연관검색어: " + ", ".join(draw.fill("{key} {noun}", words) for _ in range(draw.whole(10, 30))))
    return "\n".join(parts)
