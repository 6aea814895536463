"""What surrounds the text of a page: menus, bread crumbs, lists of headlines, pagers, login boxes, sitemaps."""

from .draw import Draw, items
from .vocabulary import AREAS, CITIES, NOUNS, SITES

_MENU = items(
    """홈 / 로그인 / 회원가입 / 마이페이지 / 고객센터 / 공지사항 / 자주 묻는 질문 / 사이트맵 / 회사소개 / 오시는 길 / 인사말 /
    연혁 / 조직도 / 사업소개 / 제품안내 / 자료실 / 갤러리 / 자유게시판 / 질문과 답변 / 보도자료 / 채용정보 / 이벤트 /
    커뮤니티 / 정치 / 경제 / 사회 / 문화 / 스포츠 / 연예 / 국제 / 오피니언 / 포토 / 영상 / 날씨 / 랭킹 / 구독 / 전체메뉴 /
    검색 / 통합검색 / 상세검색 / 즐겨찾기 / 장바구니 / 주문조회 / 배송조회 / 쿠폰함 / 알림 / 설정 / 로그아웃 /
    비밀번호 찾기 / 아이디 찾기 / 언어선택 / 한국어 / English / 열린소식 / 민원안내 / 정보공개 / 행정정보 / 분야별정보 /
    참여마당 / 예산공개 / 입찰공고 / 학과소개 / 교수진 / 입학안내 / 학사일정 / 장학제도 / 도서관 / 동아리 / 강의시간표 /
    진료안내 / 의료진 / 예약조회 / 증명서 발급 / 대출조회 / 추천도서 / 신착자료 / 글쓰기 / 임시저장 / 목록 / 이전글 /
    다음글"""
)
_TOOLS = items(
    """본문 바로가기 / 주메뉴 바로가기 / 하단 바로가기 / 메뉴 열기 / 메뉴 닫기 / 맨 위로 / 글자 크게 / 글자 작게 / 인쇄 /
    공유하기 / 페이스북 공유 / 트위터 공유 / 카카오톡 공유 / 링크 복사 / 신고 / 스크랩 / 더보기 / 접기 / 펼치기 / 이전 /
    다음 / 처음 / 마지막 / 닫기 / 오늘 하루 보지 않기 / 새창으로 열기 / 앱 다운로드 / PC버전 / 모바일버전 / 전체보기 /
    최신순 / 인기순 / 조회순 / 댓글 많은 순"""
)
_HEADLINES = items(
    """{city} {noun} {noun} 안내
    {noun} {n:1-12}월 {noun}
    [{noun}] {city} {area} {noun}
    {city}시, {noun} {noun} 추진
    {noun:과} {noun}, 무엇이 다른가
    제{n:2-40}회 {city} {noun} {noun}
    {site} {noun} 업데이트
    {area} {noun} 현장 포토"""
)


def make(draw: Draw) -> str:
    words = {"city": CITIES, "area": AREAS, "noun": NOUNS, "site": SITES}
    blocks = [_menu, _menu, _crumbs, _headlines, _pager, _login, _sitemap, _tools]
    parts = [draw.fill("{site}", words), *(block(draw, words) for block in draw.random.choices(blocks, k=draw.whole(4, 9)))]
    if draw.chance(0.25):
        return " ".join(" ".join(parts).split())
    return "\n".join(parts)


def _menu(draw: Draw, _words: dict[str, tuple[str, ...]]) -> str:
    return draw.random.choice(["\n", "\n", " | ", " ", " · ", "\n- ", " > ", "\t"]).join(draw.several(_MENU, 8, 36))


def _tools(draw: Draw, _words: dict[str, tuple[str, ...]]) -> str:
    return draw.random.choice(["\n", " ", " | "]).join(draw.several(_TOOLS, 4, 14))


def _crumbs(draw: Draw, _words: dict[str, tuple[str, ...]]) -> str:
    mark = draw.random.choice([" > ", " » ", " / ", " › "])
    return mark.join(["홈", *draw.several(_MENU, 2, 4)])


def _headlines(draw: Draw, words: dict[str, tuple[str, ...]]) -> str:
    rows: list[str] = []
    for line in draw.lines(_HEADLINES, words, 5, 18):
        row = draw.random.choice(
            [line, line + f" [{draw.whole(1, 99)}]", f"{draw.whole(1, 900)} {line} 관리자 {draw.whole(1, 9999)}", line + " N"]
        )
        rows.append(row + draw.random.choice(["", f" 20{draw.whole(10, 25)}.{draw.whole(1, 12):02}.{draw.whole(1, 28):02}"]))
    return "\n".join([draw.one(_MENU), *rows, "더보기"])


def _pager(draw: Draw, _words: dict[str, tuple[str, ...]]) -> str:
    start = draw.whole(1, 30)
    return "처음 이전 " + " ".join(str(number) for number in range(start, start + draw.whole(5, 10))) + " 다음 마지막"


def _login(draw: Draw, _words: dict[str, tuple[str, ...]]) -> str:
    return draw.random.choice(["\n", " "]).join(
        [
            "아이디",
            "비밀번호",
            "로그인 상태 유지",
            "로그인",
            *draw.several(_MENU, 3, 6),
            "간편 로그인",
            "네이버로 로그인",
            "카카오로 로그인",
        ]
    )


def _sitemap(draw: Draw, _words: dict[str, tuple[str, ...]]) -> str:
    return "\n".join(
        f"{head}\n" + "\n".join(f"  {item}" for item in draw.several(_MENU, 3, 8)) for head in draw.several(_MENU, 2, 5)
    )
