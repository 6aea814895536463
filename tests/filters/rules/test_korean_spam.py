"""Spam of the Korean web, also in disguise, and texts about the same subjects."""

import pytest

from filters.rules.korean_spam import KoreanSpam
from tests.filters.rules.judging import check_adversarial, judge_text

SPAM = {
    "gambling": [
        "온라인카지노 추천 1위 더킹카지노 신규가입 쿠폰 3만원 즉시 지급! 바카라사이트 먹튀 없는 안전한 업체만 엄선했습니다. 텔레그램 @king777",
        "안전놀이터 찾고 계신가요? 첫충 30%, 매충 15% 보너스를 드립니다. 무제재, 빠른 환전 5분 이내. 가입코드 VIP77 입력 시 꽁머니 5만원 지급.",
        "요즘 같은 시대에 집에서도 편하게 카지노를 즐길 수 있습니다. 특히 바카라 테이블이 다양하고 출금이 빠릅니다. 첫 입금하시면 보너스도 두둑하게 챙겨드리니 들러보세요.",
        "카*지*노 1위 바.카.라 토♥토 먹*튀 없는 곳 추천합니다 지금 문의",
        "ㅋㅏ지노 카7ㅣ노 ㉥ㅏ카라 최고 배당 가입 문의 환영",
        "카 지 노 추천 바 카 라 추천 카\u200b지\u200b노 최신 주소",
    ],
    "loan": [
        "무직자대출 당일대출 소액대출 신용불량자도 가능합니다! 무방문 무서류 30분 이내 입금 전국 어디서나 24시간 상담 010-1234-5678",
        "휴대폰 소액결제 현금화 업계 1위 90% 당일 입금! 정보이용료 현금화 상품권 매입 24시간 365일 상담 가능",
        "급하게 돈이 필요하신데 은행에서 거절당하셨나요? 편하게 연락 주세요. 신용등급 상관없이 당일 바로 가능합니다.",
        "직장인 주부 ㄷㅐ출 가능 당일 대/출 무서류 대★출 상담 문의 주세요",
    ],
    "adult": [
        "강남오피 선릉오피 1위 실사 100% 와꾸보장 20대 한국인 매니저 대기중 예약문의 010-0000-0000 카톡 shop69 후불제",
        "출장마사지 출장안마 전국 24시간 출장샵 콜걸 후불제 선입금 없는 안전한 업체 30분 이내 도착",
        "무료 야*동 ㅇㅑ동 섹ㅅ 영상 섹*스 최신 업데이트 고화질 바로가기",
        "부산출장안마 해운대출장마사지 서면출장홈타이 광안리출장샵 연산동콜걸 동래출장만남",
    ],
    "phishing": [
        "[Web발신] CJ대한통운 고객님 택배가 주소불일치로 배송불가 상태입니다. 주소 변경 확인 바랍니다 http://bit.ly/3xyzab",
        "엄마 나 폰 액정 깨져서 수리 맡겼어. 급하게 결제할 게 있는데 통화가 안돼. 신분증 사진이랑 카드 앞뒤 찍어서 보내줘. 링크 눌러줘",
        "무료 주식 리딩방 초대! 매일 급등주 추천 종목 수익률 300% 보장. 오픈채팅 입장하세요 선착순 50명 무료체험",
        "하루 2시간 휴대폰만 있으면 누구나 가능한 재택부업! 경력무관 하루 수익 30만원 당일지급. 카톡 문의 주세요",
    ],
    "shopping": [
        "[무료배송] 남성 기모 맨투맨 오버핏 후드티 19,900원 39,000원 49% 할인 리뷰 1,234\n여성 롱패딩 블랙/화이트 S M L 59,800원 당일발송\n"
        "텀블러 500ml 12,900원 장바구니 찜하기 리뷰 532",
        "상품명 프라이팬 28cm\n브랜드 키친\n원산지 대한민국\n제조사 키친\n정가 65,000원\n쿠폰가 41,200원\n구매후기 311건\n배송비 3,000원",
    ],
    "seo": [
        "강남 맛집 추천 강남 맛집 순위 강남역 맛집 BEST 10 강남 맛집 가격 후기 비교 강남 데이트 맛집 가성비 맛집 총정리",
        "오늘은 일산 누수탐지 업체 추천 가격 비교에 대해 알아보겠습니다. 일산 누수탐지 비용 일산 누수탐지 잘하는곳 후기 순위를 총정리했습니다.",
    ],
}
SPAM["seo"] += [
    "천안 도배 추천 TOP 7\n요즘 천안 도배 찾으시는 분 많으시죠. 천안 도배 가격이 고민이신가요?\n천안 도배 후기 모음과 천안 도배 견적을 아래에서 확인하세요.\n"
    "천안 도배 잘하는 곳, 지금까지 알아보았습니다. 천안 도배 글이 도움이 되셨다면 공감과 댓글 부탁드려요.",
]
SPAM["loan"] += ["주부 ㄷH출 ㅅㅏㅇㄷㅏㅁ 한ㄷㅗ 최대 3천 승*인 당일 입♣금 문의 010-0000-0000"]
SPAM["phishing"] += ["[국세청] 환급금 312,500원이 발생하였습니다. 환급 신청하기 ⓗⓣⓣⓟ://ⓖⓞ①②.cc"]
GOOD = {
    "one subject": "데비안을 설치하려면 설치 프로그램을 받는다. 설치 프로그램은 설치 매체에서 시작한다. 설치 언어를 고르면 설치 화면이 나온다. "
    "설치 도중 파티션을 나누고 설치 위치를 정한다. 설치 시간은 기계마다 다르다.",
    "quoted in a warning": '할머니가 "엄마 나 폰 액정이 깨졌어"라는 문자를 받으셨다. 다행히 신분증 사진을 보내기 전에 전화를 걸어 확인하셨다.',
    "notice of a city": "시청은 청년 지원금 신청을 받습니다. 만 19세부터 34세까지 신청할 수 있습니다. 문의는 시청 누리집에서 합니다.",
    "news on gambling": "경찰이 불법 온라인 도박 사이트를 운영한 일당을 붙잡았다. 이들은 바카라와 스포츠토토를 제공하는 카지노 사이트를 운영한 혐의를 받는다. "
    "일당은 텔레그램에서 '꽁머니'를 준다고 광고해 회원을 모았고 먹튀 피해도 적지 않았다고 경찰은 밝혔다.",
    "encyclopaedia": "바카라는 이탈리아에서 시작된 카드놀이다. 뱅커와 플레이어 가운데 어느 쪽의 합이 9에 가까운지를 맞힌다. 오늘날에는 여러 카지노에서 행해진다.",
    "law on loans": "① 대부업자는 대부광고를 할 때 상호, 등록번호, 대부이자율과 연체이자율, 중개수수료를 요구하는 것이 불법이라는 문구를 포함하여야 한다. "
    "② 이를 위반한 자에게는 과태료를 부과한다. 신용대출을 하는 경우 거래상대방의 소득과 부채를 파악하여야 한다.",
    "sex education": "사춘기가 되면 몸에 여러 변화가 나타납니다. 자위는 자연스러운 행동이지만 위생을 지키는 것이 중요합니다. "
    "섹스는 서로의 동의와 존중이 있어야 하며 피임 방법을 알아야 합니다. 음란물은 현실의 성과 다릅니다.",
    "against phishing": "보이스피싱을 예방하려면 다음 수칙을 지키세요. 검찰은 전화로 안전계좌로 이체하라고 요구하지 않습니다. '택배 주소불일치' 문자에 있는 링크는 "
    "누르지 마세요. 자녀를 사칭해 신분증 사진을 요구하면 통화해 확인하세요.",
    "shopping advice": "겨울 외투를 고를 때는 가격보다 소재를 먼저 살펴야 한다. 할인 폭이 크다고 사기보다는 정가가 부풀려지지 않았는지 확인하자. "
    "나는 지난해 49,000원짜리 점퍼를 샀다가 한 달 만에 버렸다. 배송비와 반품 조건도 보아 두자.",
    "slots of a framework": "컴포넌트의 슬롯을 쓰면 부모가 내용을 넣을 수 있습니다. 이름이 있는 슬롯은 v-slot으로 고릅니다. 이벤트는 자식이 보내고 부모가 듣습니다.",
    "programming": "최대/출력 크기를 정합니다. 날짜 차이를 일 수로 나타낼 수 있습니다. 홀짝을 가리려면 나머지를 구합니다. 자세한 내용은 아래 링크를 클릭하세요.",
    "film": "이웃집 토토로는 1988년에 나온 만화영화입니다. 토토로를 만나는 장면을 추천합니다. 아이들과 함께 보기 좋습니다.",
}


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in SPAM.items() for text in texts])
def test_spam_fails_under_its_name(kind: str, text: str) -> None:
    assert f"korean_spam_{kind}" in [failure.rule for failure in judge_text(KoreanSpam(), text)]


@pytest.mark.parametrize("text", GOOD.values(), ids=GOOD.keys())
def test_texts_about_it_stay(text: str) -> None:
    assert judge_text(KoreanSpam(), text) == []


def test_the_terms_are_named() -> None:
    (failure,) = judge_text(KoreanSpam(), "카*지*노 바.카.라 토♥토 가입 문의 환영")
    assert failure.rule == "korean_spam_gambling"
    assert failure.threshold == 2.0
    assert failure.detail == "카지노 x1, 바카라 x1, 토토 x1; promotion 11.7 per 100 characters, 3 in disguise"


def test_rates_are_fields() -> None:
    text = SPAM["loan"][0]
    assert judge_text(KoreanSpam(min_loan_rate=1000.0), text) == []
    with pytest.raises(ValueError, match="korean_spam: counter_weight = -1"):
        KoreanSpam(counter_weight=-1)


def test_adversarial() -> None:
    check_adversarial(KoreanSpam(), "korean_spam_")
    for text in (
        "카*지*노" * 50_000,
        "카 지 노 " * 50_000,
        "ㅋㅏ" * 100_000,
        "가.가*" * 50_000,
        "1,000원 " * 50_000,
        "\ud800카지노" * 999,
    ):
        assert judge_text(KoreanSpam(), text) == judge_text(KoreanSpam(), text)
