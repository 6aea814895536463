"""Polite phrases that say nothing: greetings and thanks of companies, with no fact in them."""

from .draw import Draw, items
from .vocabulary import SITES

_WORDS = {
    "site": SITES,
    "us": items("저희 {site} / {site} / 저희 회사 / 당사 / 저희 {site} 임직원 일동 / {site} 가족"),
    "you": items(
        """고객님 / 고객 여러분 / 회원님 / 여러분 / 이용자 여러분 / 소중한 고객님 / 존경하는 고객 여러분 / 방문객 여러분 /
        귀하"""
    ),
    "virtue": items("성원 / 사랑 / 관심 / 신뢰 / 애정 / 격려 / 믿음 / 응원"),
    "good": items(
        """최상의 서비스 / 최고의 품질 / 더 나은 모습 / 한결같은 정성 / 진심 어린 서비스 / 고객 만족 / 더 큰 감동 /
        변함없는 노력"""
    ),
    "wish": items("행복 / 건강 / 행운 / 발전 / 평안 / 기쁨 / 번창 / 축복"),
}
_SENTENCES = items(
    """안녕하십니까, {you}.
    {us:을} 찾아 주신 {you}께 진심으로 감사드립니다.
    {us:은} 언제나 {you}의 {virtue:과} {virtue}에 보답하기 위해 최선을 다하겠습니다.
    {you}의 가정에 {wish:과} {wish:이} 가득하시기를 기원합니다.
    앞으로도 많은 {virtue:과} {virtue} 부탁드립니다.
    {good:으로} 보답하는 {site:이} 되겠습니다.
    항상 {us:을} 아껴 주시고 사랑해 주셔서 감사합니다.
    {you}의 소중한 의견에 늘 귀 기울이겠습니다.
    불편을 드려 대단히 죄송하며 너그러운 양해 부탁드립니다.
    더욱더 노력하는 {site:이} 될 것을 약속드립니다.
    {you:을} 가족처럼 모시겠습니다.
    초심을 잃지 않고 {good:을} 드리기 위해 노력하겠습니다.
    {us:은} {you}와 함께 성장해 나가겠습니다.
    오늘도 {wish} 가득한 하루 되시길 바랍니다.
    변함없는 {virtue:을} 보내 주신 {you}께 고개 숙여 감사의 말씀을 올립니다.
    저희 홈페이지를 방문해 주신 {you:을} 진심으로 환영합니다.
    늘 한결같은 마음으로 {you} 곁에 있겠습니다.
    {you}의 앞날에 무궁한 {wish:이} 있으시기를 바랍니다.
    작은 것 하나까지 정성을 다하는 {us:이} 되겠습니다.
    끊임없는 {virtue:과} 지도 편달을 부탁드리겠습니다.
    {us:은} {good:을} 제공하기 위하여 모든 노력을 아끼지 않겠습니다.
    다시 한번 {you}께 깊은 감사의 말씀을 드립니다."""
)


def make(draw: Draw) -> str:
    lines = draw.lines(_SENTENCES, _WORDS, 7, 24)
    if draw.chance(0.5):
        return " ".join(lines)
    cut = draw.whole(2, 5)
    return "\n\n".join(" ".join(lines[start : start + cut]) for start in range(0, len(lines), cut))
