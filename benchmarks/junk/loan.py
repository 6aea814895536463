"""Spam for loans: same-day, without work or with bad credit, for small and daily repayment, against a phone contract."""

from .disguise import disguise
from .draw import Draw, items
from .shapes import Pitch, page
from .vocabulary import AREAS, CITIES, NAMES, NOUNS

_TERMS = items(
    """대출 / 일수 / 급전 / 무직자 / 신용불량 / 당일 / 무서류 / 무방문 / 저금리 / 승인 / 한도 / 대환 / 내구제 / 소액 / 결제 /
    현금화 / 사채 / 월변 / 연체자 / 개인돈 / 작업 / 입금 / 상담 / 회생 / 통합 / 햇살 / 금리"""
)
WORDS = {
    "loan": items(
        """당일 대출 / 무직자 대출 / 소액 대출 / 급전 / 일수 / 월변 / 개인돈 / 신용불량자 대출 / 무서류 대출 / 비대면 대출 /
        직장인 신용대출 / 주부 대출 / 대학생 소액대출 / 연체자 대출 / 대환 대출 / 채무통합 대출 / 사업자 급전 /
        자동차 담보대출 / 전세보증금 담보대출 / 휴대폰 내구제 / 가전 내구제 / 신용카드 현금화 / 소액결제 현금화 /
        상품권 현금화 / 개인회생자 대출 / 아파트 후순위 담보대출 / 작업 대출 / 군인 대출 / 저신용자 대출 / 통신 연체자 급전"""
    ),
    "who": items(
        """무직자 / 신용불량자 / 연체자 / 주부 / 프리랜서 / 일용직 / 대학생 / 군미필자 / 개인회생 중인 분 / 저신용자 /
        자영업자 / 외국인 / 4대보험 없는 분 / 신규 사업자 / 기대출 많은 분 / 택시 기사님"""
    ),
    "sum": items(
        """{n:30-90:10}만원 / {n:100-900:100}만원 / 최대 {n:1000-9000:500}만원 / {n:1-5}천만원 / {n:50-300:50}만원 /
        최대 {n:1-3}억원"""
    ),
    "fast": items("10분 / 30분 / 당일 / 신청 후 {n:5-50:5}분 / 전화 한 통 / 상담 즉시 / 주말에도 / 새벽에도 / 1시간 이내"),
    "without": items(
        """무서류 / 무방문 / 무담보 / 무보증 / 신용조회 없이 / 직장 확인 없이 / 기록 없이 / 가족 통보 없이 / 수수료 없이 /
        서류 한 장 없이 / 통화 없이 카톡만으로"""
    ),
    "rate": items(
        """연 {n:3-19}.{n:1-9}% / 월 {n:1-3}% / 최저 {n:3-6}%대 / 하루 {n:1000-9000:500}원 이자 / 한도 대비 {n:2-5}% /
        법정 금리 준수"""
    ),
    "brand": items(
        """바로론 / 희망캐피탈 / 드림머니 / 굿데이대부 / 오케이자금 / 한마음론 / 직진대부 / 스피드론 / 든든캐시 / 새출발금융 /
        참빛대부중개 / 황금다리론 / 머니브릿지 / 하루론 / 이지머니 / 미래대부"""
    ),
    "place": (*CITIES, *AREAS),
    "name": NAMES,
    "noun": NOUNS,
    "phone": items(
        """010-{n:2000-9999}-{n:1000-9999} / 1{n:500-899}-{n:1000-9999} / 070-{n:4000-8999}-{n:1000-9999} /
        02-{n:300-999}-{n:1000-9999}"""
    ),
    "debt": items(
        """카드값 / 월세 / 병원비 / 생활비 / 카드론 이자 / 가게 운영비 / 사업 자금 / 핸드폰 요금 / 급한 결제 대금 / 등록금 /
        차 할부금 / 밀린 이자"""
    ),
}
_PITCH = Pitch(
    words=WORDS,
    headlines=items(
        """{loan} {fast} 입금 {brand}
        {place} {loan} {noun}
        {who} 가능한 {loan} 총정리
        {without} {loan} {sum} 가능
        {loan} 한도와 금리 {noun}
        {place} {loan} 24시간 상담
        부결된 분도 승인 {loan}
        {who} {sum} {fast} 송금
        {brand} {rate} 특별 한도
        {loan} 되는 곳 추천 {n:3-10}곳
        {debt} 급할 때 {loan}
        [{brand}] {name} 고객님 {sum} 승인 가능"""
    ),
    sentences=items(
        """{who}도 {without} {sum} {fast} 송금해 드립니다.
        {loan:은} {brand}에서 상담받으시면 승인률 {n:90-99}%입니다.
        은행에서 거절당한 {who:이라면} {loan:으로} 해결하세요.
        {debt} 때문에 걱정이시라면 {without} 가능한 {loan:을} 이용해 보세요.
        고객님은 {rate}로 {sum}까지 한도가 나왔습니다.
        {place} 전 지역 {fast} 방문 없이 진행되며 상담은 무료입니다.
        신분증 하나만 있으면 {fast} {sum} 입금됩니다.
        타사에서 부결된 {who} 환영, 조건 없이 맞춰 드립니다.
        이자 부담이 크신 분은 {rate} {loan:으로} 갈아타시면 됩니다.
        {loan} 알아보실 때 선수수료를 요구하는 업체는 조심하시고 {brand:으로} 문의 주세요.
        등급 상관없이 {who} {sum} 승인 사례가 매일 나오고 있습니다.
        저는 {debt} 막느라 급했는데 {brand}에서 {fast} {sum} 받았습니다.
        {n:20-80:10}일 상환, {n:60-120:10}일 상환 중에 원하시는 대로 일수 조정됩니다.
        휴대폰만 있으면 {fast} 현금 {sum} 받아 가실 수 있어요.
        기대출이 많거나 회생 중이어도 한도 조회부터 받아 보세요.
        정부지원 상품 마감 임박으로 {sum} 한도를 {rate}에 안내드립니다.
        본 상담은 비밀 보장되고 주변에 절대 알려지지 않습니다.
        {without} {loan}, {brand}에서 책임지고 진행합니다.
        상담원 {name:이} {fast} 연락드려 한도를 안내해 드립니다.
        {place} {loan} 찾으시는 분들 급할 때 편하게 전화 주세요."""
    ),
    points=items(
        """{without} {without}
        {who} 환영
        {sum} {fast} 입금
        {rate}
        {loan} 전문
        {place} 당일 출장
        승인율 {n:90-99}%
        만 20세 이상 누구나
        연체 중에도 상담 가능
        {loan} / {loan} / {loan}
        24시간 365일 상담
        중도상환 수수료 없음
        한도 조회 1분
        {who} {sum}까지"""
    ),
    contacts=items(
        """상담 문의 {phone}
        {brand} {phone} 24시간
        카톡 아이디 money{n:10-999}
        {name} 직통 {phone}
        무료 상담 ☎ {phone}
        한도 조회 {phone} 문자 주세요"""
    ),
    tags=items("{loan} / {place} {loan} / {who} 대출 / {brand} / {loan} {noun} / {place} 일수 / 급전 {noun} / {who} {loan}"),
)


def make(draw: Draw) -> str:
    return page(draw, _PITCH)


def disguised(draw: Draw) -> str:
    return disguise(draw, page(draw, _PITCH), _TERMS)
