"""Which repeated lines go from a page: menus and footers, and never what good text repeats."""

import numpy as np
import pytest

from filters.near_duplicates.folding import fold_all
from filters.repeats.boilerplate import DocumentLines, boilerplate_runs, line_states
from filters.repeats.line_kinds import kind_of
from filters.repeats.lines import find_lines

MENU = ["홈", "회사소개", "공지사항", "고객센터", "로그인"]
FOOTER = ["주소: 서울특별시 종로구 1 | 대표전화: 02-123-4567", "저작권자 ⓒ 말모이일보 무단전재 및 재배포 금지"]
BODY = [
    "봄이 오면 산에는 꽃이 핀다.",
    "아이들은 강가에서 돌을 던졌다.",
    "저녁에는 모두 집으로 돌아갔다.",
    "별이 많은 밤이었다.",
]


def left(
    lines: list[str], shares: dict[str, float], templates: dict[str, float] | None = None, min_share: float = 0.2
) -> list[str]:
    """The lines that stay; those without a share are the document's own."""
    text = "\n".join(lines)
    found = find_lines([text], fold_all([text]))
    templates = templates or {}
    exact = np.array([shares.get(line.strip(), 0.0) for line in lines])
    common = np.maximum(exact, [templates.get(line.strip(), 0.0) for line in lines])
    columns = (found.starts, found.ends, line_states(found.num_letters, common), common, exact == 0)
    document = DocumentLines(text, *(column.tolist() for column in columns))
    gone = {n for first, last in boilerplate_runs(document, min_share=min_share) for n in range(first, last)}
    return [line for n, line in enumerate(lines) if n not in gone]


def everywhere(*lines: str, share: float = 1.0) -> dict[str, float]:
    return dict.fromkeys(lines, share)


@pytest.mark.parametrize("share", [0.2, 0.6, 1.0])
def test_menus_and_footers_go(share: float) -> None:
    assert left([*MENU, "", *BODY, "", *FOOTER], everywhere(*MENU, *FOOTER, share=share)) == BODY


@pytest.mark.parametrize(
    "lines",
    [
        # Talk: short sentences repeat legitimately, at the end too.
        ["오늘 비가 온다면서요?", "네.", "우산을 챙기세요.", "네.", "감사합니다."],
        ["안녕하세요.", "환불을 받고 싶습니다.", "안녕하세요."],
        # Answers and labels.
        ["다음 중 옳은 것은?", "정답: 3번"],
        ["배송이 빨라서 좋았어요", "긍정"],
        # Statutes: headings of one line.
        [
            "제1조(목적)",
            "이 규칙은 등대의 관리를 정한다.",
            "제2조(정의)",
            "등대란 불을 켜는 탑을 말한다.",
            "부칙",
            "이 규칙은 공포한 날부터 시행한다.",
        ],
        # Manuals and API docs: the same sections and tables on every page.
        [
            "# 등대 켜기",
            "## 요청 파라미터",
            "| 항목 | 값 |",
            "| --- | --- |",
            "| 등대 | 3 |",
            "### 참고",
            "- **필수**: 예",
            "불을 켠다.",
        ],
        ["구문:", "CELL(값)", "설명:", "셀의 값을 준다.", "예제:", "CELL(1)"],
        # A title that other pages of the series have.
        ["소득세법 시행령 일부개정령안 입법예고", *BODY],
    ],
)
def test_good_lines_stay(lines: list[str]) -> None:
    own = {
        "환불을 받고 싶습니다.",
        "다음 중 옳은 것은?",
        "배송이 빨라서 좋았어요",
        "# 등대 켜기",
        "| 등대 | 3 |",
        "CELL(값)",
        *BODY,
    }
    own |= {
        "오늘 비가 온다면서요?",
        "우산을 챙기세요.",
        "이 규칙은 등대의 관리를 정한다.",
        "등대란 불을 켜는 탑을 말한다.",
        "불을 켠다.",
    }
    own |= {"셀의 값을 준다.", "CELL(1)", "이 규칙은 공포한 날부터 시행한다."}
    shares = {line: 0.45 for line in lines if line not in own}
    assert left(lines, shares) == lines
    assert left([*lines, *FOOTER], shares | everywhere(*FOOTER)) == lines


def test_what_lies_beyond_a_short_sentence_goes_with_it() -> None:
    lines = [*BODY, "이 기사를 공유합니다 페이스북 트위터 카카오톡", "감사합니다.", *FOOTER]
    assert left(lines, everywhere(*lines[4:])) == BODY


def test_a_heading_goes_with_all_of_its_section() -> None:
    lines = [*BODY, "## 문의", "", *FOOTER]
    assert left(lines, everywhere("## 문의", *FOOTER)) == BODY
    assert left(lines, everywhere(*FOOTER)) == [*BODY, "## 문의"]


def test_counters_of_the_page_go_and_answers_stay() -> None:
    templates = {"조회수 1,234": 1.0, "정답: 3": 1.0}
    assert left([*MENU, "조회수 1,234", *BODY], everywhere(*MENU), templates) == BODY
    lines = [*BODY, "정답: 3", *FOOTER]
    assert left(lines, everywhere(*FOOTER), templates) == lines[:5]


def test_a_label_goes_where_every_page_has_its_value() -> None:
    lines = ["Apache HTTP Server Version 2.4", *BODY]
    assert left(lines, {lines[0]: 0.95}) == BODY
    assert left(lines, {lines[0]: 0.85}) == lines
    assert left(lines, {}, {lines[0]: 1.0}) == lines


def test_in_the_body_only_common_lines_that_are_no_text() -> None:
    advert = "이 기사를 공유합니다 페이스북 트위터 카카오톡 밴드"
    lines = [*BODY, advert, *BODY]
    assert left(lines, {advert: 0.6}) == [*BODY, *BODY]
    assert left(lines, {advert: 0.4}) == lines
    sentence = "자세한 내용은 관리자 설명서의 다음 장을 보십시오."
    assert left([*BODY, sentence, *BODY], {sentence: 1.0}) == [*BODY, sentence, *BODY]
    assert left([*BODY, "관련 주제:", advert, *BODY], {advert: 0.6}) == [*BODY, "관련 주제:", advert, *BODY]


@pytest.mark.parametrize(
    "block",
    [
        ["```", *FOOTER, "```"],
        ["~~~ text", *FOOTER, "~~~"],
        ["| 회사 | 값 |", "|---|---|", f"| {FOOTER[0]} |", "| 내 것 | 1 |"],
    ],
)
def test_fences_and_tables_stay_whole(block: list[str]) -> None:
    shares = everywhere(*FOOTER, "| 회사 | 값 |", f"| {FOOTER[0]} |")
    assert left([*BODY, *block], shares) == [*BODY, *block]


def test_a_table_of_boilerplate_goes_whole() -> None:
    table = [f"| {FOOTER[0]} |", "|---|---|", f"| {FOOTER[1]} |"]
    assert left([*BODY, *table], everywhere(table[0], table[2])) == BODY


def test_front_matter_stays_and_a_rule_above_a_footer_goes() -> None:
    front = ["---", "title: 등대", "---"]
    assert left([*MENU, *front, *BODY], everywhere(*MENU)) == [*front, *BODY]
    assert left([*BODY, "", "---", "", *FOOTER], everywhere(*FOOTER)) == BODY


def test_markup_stays_whole() -> None:
    lines = [*BODY, "<Note>", BODY[0], "</Note>", *FOOTER]
    assert left(lines, everywhere("<Note>", "</Note>", *FOOTER)) == lines[:-2]


def test_nothing_but_boilerplate() -> None:
    assert left([*MENU, "", *FOOTER], everywhere(*MENU, *FOOTER)) == []


def test_many_equal_lines_in_linear_time() -> None:
    assert left(["네."] * 100_000, everywhere("네.")) == ["네."] * 100_000
    assert (
        left(
            ["이 페이지는 아직 준비하고 있는 중이라서 비어 있음"] * 100_000,
            everywhere("이 페이지는 아직 준비하고 있는 중이라서 비어 있음"),
        )
        == []
    )
    assert left(["|"] * 50_000 + ["```"] * 50_000, {}) == ["|"] * 50_000 + ["```"] * 50_000


@pytest.mark.parametrize(
    ("line", "weak", "in_body"),
    [
        ("감사합니다.", True, False),
        ("네", True, False),
        ("제3조의2(벌칙)", True, False),
        ("Ⅱ. 연구의 방법", True, False),
        ("정답: 3", False, False),
        ("조회수 12", False, True),
        ("Copyright 2020 The Authors.", False, True),
        ("##### Copyright 2020 The Authors.", False, True),
        ("다른 기사를 보시려면 홈페이지를 방문하세요", False, False),
        ("<InlineToc />", True, False),
        ("페이스북 트위터 카카오톡 공유하기", False, True),
    ],
)
def test_kinds(line: str, weak: bool, in_body: bool) -> None:
    assert kind_of(line).is_weak == weak
    assert kind_of(line).is_label == (line == "정답: 3")
    assert kind_of(line).in_body == in_body


@pytest.mark.parametrize(
    "hostile", ["(" * 1000, "[" * 1000, "1." * 500, "a:" * 500, "<a" * 500, "`" * 1000, "가 " * 500, "#" * 1000]
)
def test_patterns_on_hostile_lines(hostile: str) -> None:
    kind_of(hostile)
