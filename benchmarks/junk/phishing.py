"""Phishing: parcels, fines, invitations, health checks, prosecutors, frozen accounts, family in need, stock rooms, crypto."""

from .disguise import disguise
from .draw import Draw, items
from .shapes import Pitch, page
from .vocabulary import NAMES

_TERMS = items(
    """택배 / 배송 / 주소 / 계좌 / 인증번호 / 비밀번호 / 확인 / 클릭 / 링크 / 결제 / 승인 / 본인 / 접속 / 정지 / 과태료 /
    환급금 / 지원금 / 청첩장 / 부고 / 검찰 / 수사관 / 송금 / 투자 / 수익 / 리딩방 / 원금 / 상품권 / 앱 / 설치"""
)
WORDS = {
    "office": items(
        """서울중앙지검 / 금융감독원 / 국세청 / 건강보험공단 / 경찰청 / 우체국 / 관세청 / 정부24 / 도로교통공단 / 주민센터 /
        국민연금공단 / 교통민원24 / 사이버수사대 / 질병관리청 / 환경부 / 고용노동부"""
    ),
    "bank": items(
        """한결은행 / 새나라은행 / 동백카드 / 누리은행 / 푸른저축은행 / 하나로카드 / 우정증권 / 바른카드 / 다온뱅크 /
        큰빛증권 / 미소페이 / 온누리페이"""
    ),
    "courier": items("한빛택배 / 로젠통운 / 우리택배 / 나라통운 / 번개택배 / 국제특송 / 동네편의점택배 / 하늘로지스"),
    "link": items(
        """hxxp://bit-{n:10-999}.ly/{n:1000-9999} / https://m-pay{n:10-99}.top / www.kr-post{n:1-99}.click /
        http://gov{n:10-99}.co.vu / han{n:100-999}.site/k{n:10-99} / https://t{n:10-99}.me/join{n:10-99} /
        c11.kr/{n:1000-9999} / https://me2.do/x{n:1000-9999} / url.kr/{n:1000-9999}a"""
    ),
    "sum": items(
        """{n:100-990:10},{n:100-900:100}원 / {n:1-9},{n:100-900:100},000원 / {n:30-900:10}만원 / {n:200-980:20}달러 /
        {n:1-9}{n:10-99}만 {n:1000-9000:1000}원"""
    ),
    "item": items("상품 / 물품 / 해외 직구 물품 / 등기 우편 / 택배 물건 / 반송 예정 소포 / 선물 상자 / 귀하의 물품"),
    "family": items("엄마 / 아빠 / 이모 / 삼촌 / 언니 / 어머니 / 아버지"),
    "name": NAMES,
    "real": items("김*수 / 이*영 / 박*진 / 최민* / 정*희 / 강*호 / 윤*아 / 한*석 / 조은* / 신*철"),
    "phone": items(
        """010-{n:2000-9999}-{n:1000-9999} / 070-{n:4000-8999}-{n:1000-9999} / 02-{n:300-999}-{n:1000-9999} /
        +86-{n:130-189}-{n:1000-9999}"""
    ),
    "coin": items(
        """비트코인 / 이더리움 / 신규 상장 코인 / 알트코인 / 급등주 / 공모주 / 해외선물 / 테마주 / 비상장 주식 / 에어드랍 코인
"""
    ),
    "threat": items(
        """계정이 영구 정지됩니다 / 법적 조치가 진행됩니다 / 반송 처리됩니다 / 체포 영장이 발부됩니다 / 자동 결제됩니다 /
        과태료가 부과됩니다 / 환급이 취소됩니다 / 계좌가 동결됩니다 / 통신이 중단됩니다"""
    ),
    "step": items(
        """본인 인증 / 주소 수정 / 신분증 사진 등록 / 카드번호 입력 / 계좌 비밀번호 확인 / 보안 앱 설치 / 원격 지원 앱 설치 /
        보안카드 번호 입력 / 생년월일 입력 / 인증번호 전달"""
    ),
}
_PITCH = Pitch(
    words=WORDS,
    headlines=items(
        """[{office}] 미확인 고지서 안내
        [{courier}] {item} 주소 불일치
        [{bank}] {sum} 해외 결제 승인
        [{bank}] 비정상 접속이 감지되었습니다
        [{office}] {sum} 환급금 미수령
        모바일 청첩장이 도착했습니다
        [부고] 부친께서 별세하셨습니다
        {coin} 무료 리딩방 {n:20-80}명 한정
        [{office}] 출석 요구서 발송
        {n:1-6}차 정부 지원금 신청 대상자입니다
        [긴급] {bank} 계좌 동결 예정
        {family} 나 폰 고장났어"""
    ),
    sentences=items(
        """고객님의 {item:이} 주소지 불일치로 보관 중이니 {link}에서 주소를 수정하세요.
        {family} 나 휴대폰 액정이 깨져서 임시 번호로 연락해, 이 번호로 답장 줘.
        {family} 급해서 그런데 신분증 사진이랑 계좌 비밀번호 좀 보내 줄 수 있어?
        {bank} {sum} 해외 결제가 승인되었으며 본인이 아닐 경우 {phone}로 즉시 문의 바랍니다.
        {office}입니다. 귀하의 명의로 개설된 대포통장이 범죄에 이용되어 {threat}.
        {office}에서 알려 드립니다. 미납 과태료 {sum:이} 있어 {link}에서 확인하지 않으면 {threat}.
        24시간 이내에 {link} 접속 후 {step:을} 완료하지 않으면 {threat}.
        {n:1-6}차 재난 지원금 {sum} 지급 대상이오니 {link}에서 {step} 후 신청하세요.
        건강검진 결과가 도착했습니다. {link} 눌러서 확인하세요.
        저희 결혼합니다. 바쁘시더라도 꼭 참석해 주세요 {link}.
        아버님께서 금일 새벽에 별세하셨기에 삼가 알려 드립니다. 장례식장 위치 {link}.
        {coin} 종목을 무료로 추천해 드리며 한 달 수익률 {n:120-900:10}%를 보장합니다.
        원금 보장에 매일 {n:3-15}% 수익, {name} 교수님 리딩방에 지금 참여하세요 {link}.
        수사 보안상 통화 내용을 누구에게도 알리지 마시고 안전 계좌로 {sum:을} 이체하시기 바랍니다.
        {real} 고객님 {bank} 카드가 발급되어 배송 예정입니다. 신청하지 않으셨다면 {phone}로 연락 주세요.
        당첨을 축하드립니다! {sum} 상품권을 받으시려면 {link}에서 {step:을} 진행해 주세요.
        개인정보 유출이 확인되어 {step:이} 필요하니 {link:으로} 접속하시기 바랍니다.
        구글 계정 로그인 시도가 차단되었습니다. 인증번호를 이 번호로 전달해 주시면 해제됩니다.
        {family} 편의점에서 구글 기프트카드 {n:20-50:10}만원짜리 {n:2-5}장만 사서 뒷번호 찍어 보내 줘.
        저금리 대환을 위해 기존 대출금을 {real} 계좌로 먼저 상환하셔야 합니다.
        쓰레기 무단 투기로 신고되어 단속 사진을 확인하세요 {link}.
        통관 수수료 {sum:을} 결제하지 않아 {item:이} 보류 중입니다 {link}."""
    ),
    points=items(
        """확인 {link}
        {step} 필요
        미확인 시 {threat}
        {bank} {sum} 승인
        본인 아닐 경우 {phone}
        {coin} 수익률 {n:100-900:10}%
        배송 조회 {link}
        {item} 주소 오류 {link}
        환급 금액 {sum}
        오늘 {n:10-24}시까지 {step}
        사건번호 2025조{n:1000-99999}
        {real} 고객님 확인 바랍니다"""
    ),
    contacts=items(
        """확인하기 {link}
        문의 {phone}
        {link} 접속하여 {step}
        담당 수사관 {phone}
        카톡 추가 {link}
        상담원 연결 {phone} {link}"""
    ),
    tags=items(
        """{office} {step} / {bank} {step} / {courier} 조회 / {coin} 리딩방 / {coin} 추천 / {item} 조회 {link} /
        지원금 {link} / 환급금 {sum}"""
    ),
)


def make(draw: Draw) -> str:
    return page(draw, _PITCH)


def disguised(draw: Draw) -> str:
    return disguise(draw, page(draw, _PITCH), _TERMS)
