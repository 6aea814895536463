"""Legal footers: company particulars, copyright, links to terms, disclaimers, notices against copying."""

from .draw import Draw, items
from .vocabulary import CITIES, SITES

_WORDS = {
    "site": SITES,
    "city": CITIES,
    "form": items("(주){site} / 주식회사 {site} / {site} / {site}(주) / 유한회사 {site} / 사단법인 {site} / {site}신문사"),
    "person": items(
        """김철우 / 이선화 / 박재민 / 최은희 / 정대현 / 한소라 / 오승준 / 윤태경 / 서정아 / 강도현 / 임세라 / 조병국
"""
    ),
    "phone": items(
        """02-{n:300-999}-{n:1000-9999} / 1{n:500-899}-{n:1000-9999} / 070-{n:4000-8999}-{n:1000-9999} /
        053-{n:200-900}-{n:1000-9999}"""
    ),
}
_COMPANY = items(
    """상호명: {form} | 대표이사: {person}
    사업자등록번호: {n:100-899}-{n:10-89}-{n:10000-99999} [사업자정보확인]
    통신판매업신고번호: 제20{n:10-25}-{city}-{n:1000-9999}호
    주소: {city}시 {city}로 {n:1-400} {n:1-20}층 (우편번호 {n:10000-63000})
    개인정보관리책임자: {person} (privacy@example.co.kr)
    고객센터 {phone} | 팩스 {phone} | 평일 09:00~18:00 (점심시간 12:00~13:00) 주말 및 공휴일 휴무
    대표자 {person} / 호스팅 제공자 {form}
    등록번호 {city} 아{n:1000-5999} | 등록일 20{n:10-24}.{n:1-12}.{n:1-28} | 발행인 {person} | 편집인 {person}
    청소년보호책임자 {person} | 제보 {phone}
    {form} 대표 {person} 사업자번호 {n:100-899}-{n:10-89}-{n:10000-99999}
    입금계좌 안내 예금주 {form}
    고유번호 {n:100-899}-82-{n:10000-99999} 대표 {person}
    학원설립·운영등록번호 제{n:1000-9999}호 {form} 교습비 보기"""
)
_LINKS = items(
    """회사소개 / 이용약관 / 개인정보처리방침 / 이메일무단수집거부 / 청소년보호정책 / 저작권정책 / 제휴문의 / 광고문의 /
    고객센터 / 찾아오시는 길 / 위치기반서비스 이용약관 / 책임의 한계와 법적고지 / 영상정보처리기기 운영방침 /
    뷰어 다운로드 / 사이트맵 / 기사제보 / 불편신고 / 전자금융거래약관 / 윤리강령"""
)
_RIGHTS = items(
    """Copyright © {n:1999-2025} {form}. All rights reserved.
    COPYRIGHT(C) {n:1999-2025} BY {site} ALL RIGHT RESERVED.
    ⓒ {form} 무단전재 및 재배포 금지
    본 사이트의 콘텐츠는 저작권법의 보호를 받으며 무단 복제, 전재, 배포를 금합니다.
    저작권자 ⓒ {form}, 무단 전재 및 재배포 금지, AI 학습 이용 금지
    본 웹사이트에 게시된 이메일 주소가 자동으로 수집되는 것을 거부하며 위반 시 정보통신망법에 의해 형사 처벌됩니다.
    {form:은} 통신판매중개자로서 거래 당사자가 아니며 상품의 거래정보 및 거래에 대하여 책임을 지지 않습니다.
    고객님은 안전거래를 위해 현금 결제 시 {form}에서 가입한 구매안전서비스를 이용하실 수 있습니다.
    본 자료는 투자 참고용이며 어떠한 경우에도 법적 책임소재의 증빙자료로 사용될 수 없습니다.
    당사는 제공된 정보의 정확성이나 완전성을 보장하지 않으며 이용에 따른 손해에 대하여 책임을 지지 않습니다.
    일부 상품의 경우 {form:이} 판매자이며 나머지는 입점 판매자가 책임을 집니다.
    모든 게시물의 저작권은 게시자에게 있으며 {site:은} 이에 대한 책임을 지지 않습니다.
    광고 내용은 광고주에게 책임이 있으며 {form:과} 무관합니다.
    상기 내용의 무단 사용 시 민형사상의 법적 책임을 물을 수 있습니다."""
)


def make(draw: Draw) -> str:
    parts: list[str] = []
    for _ in range(draw.whole(1, 3)):
        blocks = [draw.random.choice([" | ", " · ", "\n", " "]).join(draw.several(_LINKS, 4, 9))]
        blocks.append(draw.random.choice(["\n", " | ", " "]).join(draw.lines(_COMPANY, _WORDS, 3, 6)))
        blocks.append("\n".join(draw.lines(_RIGHTS, _WORDS, 1, 5)))
        draw.random.shuffle(blocks)
        parts += blocks
    return "\n".join(parts)
