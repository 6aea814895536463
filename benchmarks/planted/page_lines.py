"""The same article on another page: other lines above and below it.

Enters: a draft. Leaves: its text with header and footer lines of a made site put around it.
"""

import random

from .draft import Change, Draft

_SITES = ("한빛소식", "누리마당", "바른정보", "새벽신문", "온누리뉴스", "참좋은생활", "열린지식", "마을게시판", "푸른정책")
_SECTIONS = (
    "홈",
    "전체기사",
    "정치",
    "경제",
    "사회",
    "문화",
    "과학",
    "지역",
    "자료실",
    "공지사항",
    "자주묻는질문",
    "고객센터",
    "로그인",
)
_NAMES = ("김서연", "이도윤", "박하준", "최지우", "정민서", "강예준", "조수아", "윤시우", "장하은", "임주원")
_CITIES = ("서울특별시", "부산광역시", "대전광역시", "수원시", "전주시", "춘천시", "창원시")
_STREETS = ("한글로", "세종대로", "무궁화길", "중앙로", "꽃마을길", "새터로")


def page_lines(num_lines: int) -> Change:
    """About ``num_lines`` lines, half of them above the text."""

    def change(draft: Draft, rng: random.Random) -> str:
        header, footer = _header(rng), _footer(rng)
        above = header[: (num_lines + 1) // 2]
        return "\n".join([*above, draft.text, *footer[: num_lines - len(above)]])

    return change


def _header(rng: random.Random) -> list[str]:
    date = f"{rng.randint(2005, 2024)}.{rng.randint(1, 12):02}.{rng.randint(1, 28):02}"
    return [
        f"{rng.choice(_SITES)} > {rng.choice(_SECTIONS)} > 상세보기",
        " | ".join(rng.sample(_SECTIONS, 6)),
        f"입력 {date} {rng.randint(10, 23)}:{rng.randint(10, 59)} 조회 {rng.randint(10, 90000):,} 댓글 {rng.randint(0, 400)}",
        f"{rng.choice(_NAMES)} 기자 공유하기 인쇄 글자 크기 조절",
    ]


def _footer(rng: random.Random) -> list[str]:
    site, address = rng.choice(_SITES), f"{rng.choice(_CITIES)} {rng.choice(_STREETS)} {rng.randint(1, 300)}"
    return [
        f"이전글 {rng.choice(_SECTIONS)} 안내 다음글 {rng.choice(_SECTIONS)} 안내 목록으로",
        f"무단 전재 및 재배포 금지 ⓒ {site} {rng.randint(2005, 2024)}",
        f"{address} 대표 {rng.choice(_NAMES)} 발행인 {rng.choice(_NAMES)}",
        "개인정보처리방침 이용약관 청소년보호정책 이메일무단수집거부",
    ]
