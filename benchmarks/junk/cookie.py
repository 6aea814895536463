"""Cookie banners and consent dialogues that were taken for the text of a page."""

from .draw import Draw, items
from .vocabulary import SITES

_WORDS = {
    "site": SITES,
    "us": items("당사 / 저희 / 본 웹사이트 / 저희 사이트 / 당사와 파트너 / {site} / 본 사이트 / {site} 웹사이트"),
    "kind": items(
        """필수 쿠키 / 분석 쿠키 / 광고 쿠키 / 기능 쿠키 / 성능 쿠키 / 타사 쿠키 / 맞춤형 쿠키 / 마케팅 쿠키 /
        소셜 미디어 쿠키 / 세션 쿠키 / 통계 쿠키 / 선호도 쿠키"""
    ),
    "aim": items(
        """서비스 개선 / 트래픽 분석 / 맞춤형 광고 제공 / 사용자 경험 향상 / 콘텐츠 개인화 / 로그인 상태 유지 /
        소셜 미디어 기능 제공 / 이용 통계 작성 / 방문자 분석 / 광고 성과 측정"""
    ),
    "button": items(
        """모두 동의 / 모두 거부 / 설정 관리 / 동의 / 거부 / 쿠키 설정 / 자세히 보기 / 확인 / 선택 저장 / 필수만 허용 / 수락 /
        맞춤 설정 / 개인정보 처리방침 / 쿠키 정책 보기 / 계속하기 / 닫기"""
    ),
    "name": items(
        """_ga / _gid / _fbp / NID / IDE / PHPSESSID / JSESSIONID / _gcl_au / wcs_bt / test_cookie / csrftoken / lang
"""
    ),
    "time": items("세션 / 1일 / 30일 / {n:2-24}개월 / 1년 / 2년 / 영구 / 30분 / {n:7-90}일"),
}
_SENTENCES = items(
    """{us}는 {aim:을} 위해 쿠키를 사용합니다.
    이 웹사이트를 계속 이용하시면 쿠키 사용에 동의하는 것으로 간주됩니다.
    '{button}'를 클릭하면 기기에 쿠키를 저장하는 데 동의하게 됩니다.
    {kind:은} {aim}에 사용되며 언제든지 설정에서 끌 수 있습니다.
    {us}에서는 쿠키를 사용하여 {aim} 및 {aim:을} 하고 있습니다.
    브라우저 설정에서 쿠키를 차단하거나 삭제할 수 있지만 일부 기능이 작동하지 않을 수 있습니다.
    {kind:은} 웹사이트 작동에 필요하며 시스템에서 끌 수 없습니다.
    쿠키 사용에 대한 자세한 내용은 쿠키 정책을 참조하시기 바랍니다.
    귀하의 개인정보는 중요합니다.
    {us} 및 {n:20-900}개 파트너는 기기에 저장된 쿠키 등의 정보에 접근합니다.
    동의를 철회하거나 변경하려면 하단의 쿠키 설정을 누르세요.
    {kind:을} 허용하지 않으면 맞춤 광고가 표시되지 않습니다.
    쿠키는 방문자의 기기에 저장되는 작은 텍스트 파일입니다.
    최상의 이용 경험을 위해 {kind} 사용에 동의해 주세요.
    모든 쿠키를 수락하거나 원하는 쿠키만 선택할 수 있습니다.
    {aim} 목적으로 수집된 쿠키 정보는 타사와 공유될 수 있습니다.
    귀하는 쿠키 설치에 대한 선택권을 가지고 있습니다.
    {us}의 쿠키 정책이 변경되었으니 다시 동의해 주시기 바랍니다."""
)


def make(draw: Draw) -> str:
    return draw.random.choice([_banner, _banner, _centre, _table])(draw)


def _buttons(draw: Draw) -> list[str]:
    return [draw.random.choice([" ", "\n", " | "]).join(draw.several(_WORDS["button"], 2, 5))]


def _banner(draw: Draw) -> str:
    parts: list[str] = []
    for _ in range(draw.whole(2, 5)):
        parts += [" ".join(draw.lines(_SENTENCES, _WORDS, 2, 4)), *_buttons(draw)]
    return "\n".join(parts)


def _centre(draw: Draw) -> str:
    """A preference centre: kinds of cookies with switches."""
    parts = [
        draw.random.choice(["개인정보 기본 설정 센터", "쿠키 설정", "쿠키 동의 관리", "쿠키 환경설정"]),
        *draw.lines(_SENTENCES, _WORDS, 1, 3),
    ]
    for kind in draw.several(_WORDS["kind"], 3, 6):
        parts += [
            kind,
            draw.random.choice(["항상 활성화", "비활성", "활성", "켜짐", "꺼짐"]),
            *draw.lines(_SENTENCES, _WORDS, 1, 2),
        ]
    return "\n".join(parts + _buttons(draw))


def _table(draw: Draw) -> str:
    parts = [*draw.lines(_SENTENCES, _WORDS, 2, 4), "쿠키 이름 | 제공자 | 목적 | 보관 기간"]
    parts += [draw.fill("{name} | {site} | {kind} - {aim} | {time}", _WORDS) for _ in range(draw.whole(4, 14))]
    return "\n".join([*parts, *draw.lines(_SENTENCES, _WORDS, 1, 4), *_buttons(draw)])
