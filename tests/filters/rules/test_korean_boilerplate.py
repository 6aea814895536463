"""Menus, notices and footers: judged where nothing else is left."""

import pytest

from filters.rules.korean_boilerplate import KoreanBoilerplate
from tests.filters.rules.judging import check_adversarial, judge_text

MENU = "로그인\n회원가입\n아이디 찾기\n공지사항\n자유게시판\n이전글\n다음글\n목록\n글쓰기\n1 2 3 4 5 다음 맨끝"
COOKIE = (
    "이 웹사이트는 쿠키를 사용합니다. 당사는 트래픽을 분석하고 맞춤형 광고를 제공하기 위해 쿠키를 사용합니다. '모두 동의'를 클릭하면 "
    "쿠키 사용에 동의하는 것으로 간주됩니다.\n모두 동의 모두 거부 쿠키 설정\n필수 쿠키 항상 활성\n분석 쿠키"
)
MAIL = (
    "본 이메일에는 법률상 보호되는 비밀 정보가 포함되어 있을 수 있습니다. 지정된 수신인이 아닌 경우 무단으로 열람, 복사, 배포하는 행위는 엄격히 금지됩니다. "
    "잘못 수신하신 경우 발신인에게 알려 주시고 즉시 삭제하여 주시기 바랍니다."
)
SIGNATURE = "이 철 수 / 대리\n○○전자 구매2팀\n경기도 수원시 영통구 1\nOffice +82-31-000-0000\nMobile +82-10-0000-0000\ne-mail cs.lee@example.com"
FOOTER = (
    "상호: (주)말모이 | 대표이사: 홍길동 | 사업자등록번호: 123-45-67890 | 통신판매업신고: 제2020-서울-1234호\n"
    "주소: 서울특별시 강남구 1 | 고객센터: 1588-0000\nCopyright © 2020 MALMOI. All rights reserved."
)
ARTICLE = (
    "갯벌은 밀물과 썰물이 드나드는 평평한 땅이다. 강이 실어 온 흙이 쌓여 만들어지며 수많은 생물이 산다. "
    "사람들은 오래전부터 갯벌에서 조개와 낙지를 잡았다. 오염된 물을 거르는 일도 갯벌이 한다.\n"
) * 6


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        (MENU, ["korean_navigation"]),
        (
            "HOME | LOGIN | JOIN | CART | MY PAGE | Q&A | NOTICE\n신상품\n베스트\n최근 본 상품\n회사소개 이용약관",
            ["korean_navigation"],
        ),
        (
            "ホーム ログイン 会員登録 カート お問い合わせ\n홈\n제품소개\n오시는길\n고객지원\nENGLISH 日本語 中文",
            ["korean_navigation"],
        ),
        (COOKIE, ["korean_cookie_notice"]),
        (
            "🍪 쿠키를 사용해도 될까요? 동의하시면 맞춤 콘텐츠를 보여드려요. 쿠키 설정 모두 허용 허용 안 함",
            ["korean_cookie_notice"],
        ),
        (MAIL, ["korean_mail_footer"]),
        (SIGNATURE, ["korean_mail_footer"]),
        (FOOTER, ["korean_legal_footer"]),
        (ARTICLE + FOOTER, []),
        ("홈 로그인 회원가입 공지사항 사이트맵 목록\n" + ARTICLE + "이전글 다음글\n" + FOOTER, []),
        (ARTICLE + COOKIE, []),
    ],
)
def test_what_dominates_fails(text: str, rules: list[str]) -> None:
    assert [failure.rule for failure in judge_text(KoreanBoilerplate(), text)] == rules


@pytest.mark.parametrize(
    "text",
    [
        "오늘은 초콜릿 쿠키를 구워 보겠습니다. 버터를 풀고 설탕을 넣어 섞습니다. 밀가루를 체에 쳐서 반죽합니다. 오븐에 쿠키를 12분 동안 굽습니다.",
        "쿠키를 사용하면 서버가 클라이언트에 데이터를 저장할 수 있습니다. 응답 헤더에 Set-Cookie를 넣습니다. 세션 쿠키는 브라우저를 닫으면 사라집니다.",
        "사이버몰의 운영자는 상호 및 대표자 성명, 주소, 사업자등록번호, 이용약관을 표시하여야 한다. 통신판매업자는 통신판매업신고를 하여야 한다.",
        "주식회사를 세우려면 등기를 합니다. 대표이사를 정하고 사업자등록을 하면 사업자등록번호가 나옵니다. 구청에 통신판매업 신고도 해야 합니다.",
        "업무 메일을 쓸 때는 제목에 용건을 적습니다. 첨부 파일이 있으면 본문에 알려 줍니다. 끝에는 '감사합니다'로 마무리합니다.",
        "메뉴에서 도구를 누르고 옵션을 선택합니다. 보기 탭에서 크기를 바꿀 수 있습니다. 확인을 누르면 설정이 저장됩니다.",
    ],
)
def test_texts_about_it_stay(text: str) -> None:
    assert judge_text(KoreanBoilerplate(), text) == []


def test_the_terms_are_named() -> None:
    (failure,) = judge_text(KoreanBoilerplate(), MENU)
    assert failure.detail.startswith("로그인, 회원가입, 아이디 찾기, 공지사항, 자유게시판, 이전글, 다음글, 목록")
    assert judge_text(KoreanBoilerplate(min_menu_terms=100), MENU) == []


def test_senseless_numbers() -> None:
    with pytest.raises(ValueError, match="korean_boilerplate: min_notice_share"):
        KoreanBoilerplate(min_notice_share=2.0)


def test_adversarial() -> None:
    check_adversarial(KoreanBoilerplate(), "korean_")
    for text in ("로그인\n" * 50_000, "Tel: 1\n" * 50_000, "a@b" * 100_000, "\ud800로그인" * 999):
        assert judge_text(KoreanBoilerplate(), text) == judge_text(KoreanBoilerplate(), text)


def test_articles_about_cookies_stay() -> None:
    text = (
        "개인정보 보호법은 쿠키를 직접 언급하지 않습니다. 안내서는 맞춤형 광고를 위해 행태정보를 수집할 때 그 사실을 알리도록 하고 있습니다. "
        "개인정보 처리방침에는 쿠키의 설치와 운영, 거부 방법을 적어야 합니다."
    )
    assert judge_text(KoreanBoilerplate(), text) == []
