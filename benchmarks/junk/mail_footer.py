"""E-mail signatures and disclaimers, alone or in chains of almost empty replies."""

from .draw import Draw, items
from .vocabulary import CITIES, SITES

_WORDS = {
    "surname": items("김 / 이 / 박 / 최 / 정 / 강 / 조 / 윤 / 장 / 임 / 한 / 오 / 서 / 신"),
    "given": items(
        """민준 / 서연 / 지훈 / 하은 / 도윤 / 수빈 / 현우 / 지민 / 은정 / 상호 / 미경 / 동현 / 유진 / 성민 / 혜진 / 태영
"""
    ),
    "site": SITES,
    "city": CITIES,
    "rank": items("대리 / 과장 / 차장 / 부장 / 팀장 / 이사 / 사원 / 연구원 / 책임 / 수석 / 매니저 / 주임 / 실장 / 본부장"),
    "team": items(
        """영업1팀 / 인사총무팀 / 기획조정실 / 개발2팀 / 마케팅본부 / 구매팀 / 품질보증팀 / 해외사업부 / 고객지원팀 /
        재무회계팀 / 연구소 / 디자인팀 / 법무팀 / 전략기획실 / 생산관리팀"""
    ),
    "mail": items(
        """js{n:10-99}@example.com / sales{n:1-9}@example.co.kr / hong.{n:1-99}@example.net / info@example.kr /
        k{n:100-999}@example.com"""
    ),
    "phone": items(
        """02-{n:300-999}-{n:1000-9999} / 031-{n:200-999}-{n:1000-9999} / 070-{n:4000-8999}-{n:1000-9999} /
        051-{n:200-900}-{n:1000-9999}"""
    ),
    "greet": items(
        """수고하세요. / 감사합니다. / 확인 부탁드립니다. / 넵 알겠습니다. / 첨부 참고 부탁드립니다. / 회신 부탁드립니다. /
        좋은 하루 되세요. / 전달드립니다. / 확인했습니다."""
    ),
}
_CARD = items(
    """{surname}{given} {rank} | {team}
    {site} {team} {rank} {surname}{given} 드림
    Tel {phone} | Fax {phone}
    M. 010-{n:2000-9999}-{n:1000-9999}
    E-mail: {mail}
    {city}시 중앙로 {n:1-300}, {n:2-20}층 (우) {n:10000-63000}
    T. {phone} F. {phone} E. {mail}
    www.example.co.kr
    직통 {phone} / 대표 {phone}
    주소: {city} 산업단지로 {n:10-400}번길 {n:1-90}
    {surname}{given} / {rank} / {team}
    HP 010-{n:2000-9999}-{n:1000-9999}
    {site} ({phone})"""
)
_DISCLAIMER = items(
    """본 메일은 지정된 수신인만을 위한 것이며 기밀 정보를 포함할 수 있습니다.
    본 메일이 잘못 전송된 경우 발신인에게 알려 주시고 즉시 삭제하여 주시기 바랍니다.
    이 전자우편 및 첨부파일의 무단 열람, 사용, 공개, 복사는 법에 의해 금지됩니다.
    이 메시지에 포함된 내용은 발신자의 개인 의견이며 {site}의 공식 입장과 다를 수 있습니다.
    수신인이 아닌 경우 이 이메일의 어떠한 이용도 엄격히 금지되어 있습니다.
    본 이메일은 발신 전용이므로 회신되지 않습니다.
    수신을 원하지 않으시면 수신거부를 클릭하여 주십시오.
    첨부파일의 바이러스 감염 여부는 수신인이 확인하여야 하며 당사는 책임지지 않습니다.
    부정경쟁방지 및 영업비밀보호에 관한 법률에 의해 보호되는 정보가 포함되어 있을 수 있습니다.
    인쇄하기 전에 환경을 먼저 생각해 주세요.
    본 메일은 정보통신망법에 의거하여 수신 동의를 하신 회원님께 발송되었습니다.
    이 메일과 첨부물에는 {site}의 영업상 비밀이 들어 있을 수 있습니다.
    착오로 이 메일을 받으신 분은 내용을 제3자에게 공개하거나 배포하여서는 아니 됩니다.
    This e-mail may contain confidential information intended only for the addressee."""
)
_QUOTES = items(
    """-----Original Message-----
    보낸 사람: {surname}{given} <{mail}>
    받는 사람: {surname}{given} <{mail}>
    보낸 날짜: 20{n:10-25}년 {n:1-12}월 {n:1-28}일 오후 {n:1-11}:{n:10-59}
    제목: RE: RE: {site} 견적 건
    참조: {surname}{given}; {surname}{given}
    20{n:10-25}년 {n:1-12}월 {n:1-28}일 (화) 오전 {n:8-11}:{n:10-59}, {surname}{given} <{mail}>님이 작성:
    첨부파일: 견적서_{n:1-99}.pdf ({n:20-900}KB)
    From: {mail}
    Sent: Monday, 20{n:10-25} {n:1-11}:{n:10-59} PM
    나의 휴대폰에서 보냄"""
)


def make(draw: Draw) -> str:
    rule = draw.random.choice(["--", "-" * 30, "=" * 40, "_" * 30, "*" * 20, ""])
    if draw.chance(0.4):
        return "\n".join([rule, *draw.lines(_CARD, _WORDS, 4, 6), rule, *draw.lines(_DISCLAIMER, _WORDS, 2, 5)]).strip()
    parts: list[str] = []
    for _ in range(draw.whole(2, 5)):
        parts += [draw.fill("{greet}", _WORDS), rule, *draw.lines(_CARD, _WORDS, 3, 5)]
        if draw.chance(0.6):
            parts += draw.lines(_DISCLAIMER, _WORDS, 1, 4)
        parts += draw.lines(_QUOTES, _WORDS, 2, 5)
    return "\n".join(part for part in parts if part)
