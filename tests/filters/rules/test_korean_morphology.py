"""The Korean morphological rules: good text of every register stays, what no Korean wrote goes by the right name."""

import random
import re
import time

import pytest

from filters.batch import judge
from filters.rules.korean_morphology import KoreanMorphology
from tests.filters.rules.judging import ADVERSARIAL

RULE = KoreanMorphology()

ESSAY = """할머니 댁 마당에는 오래된 감나무가 한 그루 있었다. 가을이 되면 우리는 긴 장대를 들고 나가 홍시를 땄다.
손이 닿지 않는 높은 가지의 감은 까치 몫으로 남겨 두었다. 할머니는 새들도 겨울을 나야 한다고 말씀하셨다.
지금은 그 집에 다른 사람이 살지만, 나는 감을 볼 때마다 그 마당과 할머니의 목소리를 떠올린다.
얼마 전에 그 동네를 지나다가 담 너머로 감나무를 보았다. 잎은 다 떨어졌는데 꼭대기에 감 세 개가 달려 있었다.
누군가 아직도 새들을 위해 남겨 두는 모양이었다. 그 사실이 반가워서 한참 동안 서서 올려다보았다."""

MANUAL = """설정 화면을 열고 백업 항목을 선택합니다. 저장할 위치를 고른 다음 시작 단추를 누르면 파일이 복사됩니다.
복사가 끝나기 전에 전원을 끄면 파일이 손상될 수 있으므로 주의하십시오. 진행률은 화면 아래에 표시됩니다.
복원하려면 같은 화면에서 복원 항목을 선택하고 날짜를 지정합니다. 기존 파일은 덮어쓰기 전에 한 번 더 확인합니다.
문제가 계속되면 기록 파일을 첨부하여 관리자에게 문의하시기 바랍니다. 기록 파일은 사용자 폴더에 있습니다."""

LAW = """제3조(적용 범위) ① 이 규칙은 본 조합의 모든 조합원에게 적용한다. 다만, 제5조에 따른 준조합원은 그러하지 아니하다.
② 조합원이 탈퇴한 경우에는 탈퇴한 날부터 이 규칙을 적용하지 아니한다.
제4조(회비의 납부) ① 조합원은 매월 말일까지 회비를 납부하여야 한다.
② 제1항에 따른 회비의 금액은 총회의 의결로 정한다.
③ 천재지변이나 그 밖의 부득이한 사유로 납부할 수 없는 경우에는 이사회의 승인을 받아 납부 기한을 연장할 수 있다."""

DEVELOPER = """## 상태 끌어올리기

두 컴포넌트가 같은 값을 보여 주어야 한다면 `useState`를 부모로 옮깁니다.

```js
const [value, setValue] = useState(0);
```

부모는 `value`와 `setValue`를 props로 넘겨 줍니다. 자식은 이벤트가 발생하면 `setValue`를 호출하기만 합니다."""

DIALOGUE = """"어디까지 가세요?"
"서울역이요. 표를 아직 못 샀는데 자리가 있을까요?"
"세 시 기차는 다 찼고요, 네 시에 두 자리 남았어요."
"그럼 그걸로 주세요. 창가 자리면 더 좋고요."
"창가는 하나뿐인데 괜찮으시겠어요?\""""

COMMENT = (
    "처음엔 기대 안 했는데 보다 보니까 은근 재밌더라ㅋㅋ 주인공 연기가 진짜 좋았고 음악도 괜찮았음. 근데 결말이 좀 아쉽네.."
)

SHORT = "오늘은 비가 온다. 우산을 챙겨 나가는 것이 좋겠다. 저녁에는 그친다고 한다."

TABLE = """| 항목 | 형식 | 설명 |
|---|---|---|
| `amount` | N(12) | 결제 금액 |
| `orderNo` | AN(40) | 주문 번호 |
| `resultCd` | AN(4) | 결과 코드 |
| `resultMsg` | AHN(100) | 결과 메시지 |
| `reqDate` | N(14) | 요청 일시 |
| `cancelYn` | A(1) | 취소 여부 |"""

NOTICE = """안녕하세요, 주민 여러분. 우리 구 보건소는 4월 3일부터 어르신 독감 예방접종을 시작합니다.
65세 이상이면 신분증을 가지고 가까운 의원을 방문하시면 됩니다. 접종 뒤에는 20분 동안 그 자리에서 쉬면서 이상이 없는지 살펴 주세요.
이용에 불편을 드려 죄송합니다. 감사합니다."""

ANSWER = """안녕하세요, 고객님. 문의하신 환불은 결제하신 카드사에 따라 사흘에서 닷새가 걸립니다.
카드사 앱의 승인 취소 내역에서 확인하실 수 있습니다. 계속 보이지 않으면 다시 문의해 주세요. 감사합니다."""

LETTER = """선생님, 안녕하세요. 작년에 졸업한 민수입니다. 그때 수학을 포기하지 말라고 하신 말씀 덕분에 공대에 왔습니다.
요즘은 미적분 과제로 밤을 새우지만 재미있습니다. 방학에 한번 찾아뵙겠습니다. 늘 건강하세요."""

TRANSLATED_MANUAL = """이 함수는 두 개의 인수를 가집니다. 첫 번째 인수는 파일의 이름을 나타내는 문자열이고, 두 번째 인수는 선택적입니다.
파일을 열 수 없는 경우 이 함수는 오류를 반환합니다. 그것은 errno 변수에 저장됩니다. 사용자는 이것을 통해 오류의 원인을 알 수 있습니다."""

PHILOSOPHY = """당신은 무엇을 아는가. 철학은 이 물음에서 시작된다. 소크라테스는 자기가 모른다는 것을 안다고 말했다.
그것은 겸손이 아니라 방법이었다. 그는 아는 체하는 사람에게 묻고 또 물었고, 그들은 결국 자기 말이 서로 어긋난다는 것을 보게 되었다."""

LETTERS = (
    "한글 자음은 ㄱ, ㄴ, ㄷ, ㄹ, ㅁ, ㅂ, ㅅ, ㅇ, ㅈ, ㅊ, ㅋ, ㅌ, ㅍ, ㅎ의 열네 자이고, 모음은 ㅏ, ㅑ, ㅓ, ㅕ, ㅗ, ㅛ, ㅜ, ㅠ, ㅡ, ㅣ의 "
    "열 자이다. 겹받침에는 ㄳ, ㄵ, ㄶ, ㄺ 따위가 있다."
)

LAUGHTER = "ㅋㅋㅋㅋ 진짜 웃겨 ㅠㅠㅠ 어제 보고 또 봤는데 ㅋㅋㅋㅋㅋㅋㅋ ㄹㅇ 명작 ㅇㅈ? ㅎㅎㅎ 다음 편도 기대됨 ㅠㅠ"

LABELS = """위치와 크기
선택한 도형을 옮기거나 돌리거나 기울입니다.
선
선택한 선의 굵기와 색을 정합니다.
영역
선택한 도형의 채우기를 정합니다."""

GOOD = {
    "notice": NOTICE,
    "answer": ANSWER,
    "letter": LETTER,
    "translated manual": TRANSLATED_MANUAL,
    "philosophy": PHILOSOPHY,
    "letters of the alphabet": LETTERS,
    "laughter": LAUGHTER,
    "labels": LABELS,
    "essay": ESSAY,
    "manual": MANUAL,
    "law": LAW,
    "developer": DEVELOPER,
    "dialogue": DIALOGUE,
    "comment": COMMENT,
    "short": SHORT,
    "table": TABLE,
}


def _shuffled(text: str) -> str:
    words = text.split()
    random.Random(3).shuffle(words)
    return " ".join(words)


def _wrong_particles(text: str) -> str:
    swap = {"을": "를", "를": "을", "은": "는", "는": "은", "이": "가", "가": "이", "과": "와", "와": "과"}
    words = text.replace(".", " .").split(" ")
    return " ".join(word[:-1] + swap.get(word[-1], word[-1]) if len(word) > 2 else word for word in words)


def _in_twos(text: str) -> str:
    together = "".join(text.split())
    return " ".join(together[at : at + 2] for at in range(0, len(together), 2))


def _without_particles(text: str) -> str:
    return re.sub("(?<=[가-힣])(?:으로|에서|에게|부터|[을를이가은는과와로에의도])(?![가-힣])", "", text)


def _gibberish(num_words: int) -> str:
    rng = random.Random(5)
    return " ".join("".join(chr(rng.randint(0xAC00, 0xD7A3)) for _ in range(rng.randint(2, 4))) for _ in range(num_words))


KEYWORDS = "대출 금리 비교 신용 보험 상담 적금 카드 한도 조회 전세 자금 아파트 담보 이자 계산 사업자 직장인 무직자 소액"

JUNK = {
    "shuffled": (_shuffled(ESSAY), "korean_shuffled_words"),
    "shuffled manual": (_shuffled(MANUAL), "korean_shuffled_words"),
    "wrong particles": (_wrong_particles(ESSAY), "korean_garbled_particles"),
    "keywords": (f"{KEYWORDS} {KEYWORDS[::1]}", "korean_keyword_stuffing"),
    "keywords by comma": (KEYWORDS.replace(" ", ", "), "korean_keyword_stuffing"),
    "tags": (" ".join(f"#{word}" for word in KEYWORDS.split()), "korean_keyword_stuffing"),
    "gibberish": (_gibberish(40), "korean_gibberish"),
    "spaced syllables": (" ".join(ESSAY.replace(" ", "")), "korean_broken_spacing"),
    "no spaces": (ESSAY.replace(" ", ""), "korean_run_together"),
    "repeated": ("지금 바로 전화로 신청하시면 됩니다. " * 12, "korean_repeated_boilerplate"),
    "honorifics": (
        "안녕하세요 고객님. 항상 저희를 이용해 주셔서 감사합니다. 앞으로도 최선을 다하겠습니다. 고객님의 성원에 깊이 감사드립니다. "
        "언제나 행복하시고 건강하세요. 좋은 하루 되세요. 감사합니다 고객님.",
        "korean_honorific_boilerplate",
    ),
    "translated": (
        "당신은 이 제품을 사랑할 것입니다. 그것은 당신의 삶을 바꿀 것입니다. 그들은 그것을 매일 사용합니다. 그것은 매우 좋은 품질을 "
        "가지고 있습니다. 당신이 그것을 원한다면 당신은 지금 그것을 가질 수 있습니다.",
        "korean_machine_translated",
    ),
    "translated without many pronouns": (
        "이 제품은 세계에서 가장 훌륭한 제품 중 하나입니다. 그것은 높은 품질을 가지고 있습니다. 많은 사람들이 이 제품에 의해 "
        "만족되어집니다. 건강한 삶을 가지는 것은 중요합니다. 더 많은 정보를 필요로 한다면 우리의 웹사이트를 방문하는 것이 가능합니다.",
        "korean_machine_translated",
    ),
    "wishes": (
        "존경하는 회원님, 새해 복 많이 받으세요. 지난 한 해 동안 보내 주신 성원에 머리 숙여 감사드립니다. 올해도 더 나은 서비스로 "
        "보답하겠습니다. 댁내 두루 평안하시고 하시는 일마다 뜻대로 이루어지시길 빕니다. 감사합니다.",
        "korean_honorific_boilerplate",
    ),
    "keyboard": (
        "ㅁㄴㅇ라ㅓㅁ닝러ㅏㅣㅁㄴㅇㄹ ㅁㄴ이러ㅏ민어라ㅣ ㅁㄴ어라ㅣㅁ ㄴㅇㄹ먀ㅐㄷㄱㅎ ㅁㅈㄷ갸ㅐ",
        "korean_gibberish",
    ),
    "loose letters": ("ㅁㄴㅇㄹ ㅎㅗㅓㅏ ㅣㅁㄴㅇㅎ ㄱㄷㅅㅛㅕ ㅁㄴㅇㄹㅎ", "korean_gibberish"),
    "rare syllables": ("뷁쉟궳 훏뜗 퀡뙗벩 쀍꿿 뢟뮭 쒧퇧 횙쬃뎡 뵹쫽 펋쇏", "korean_gibberish"),
    "spaces after every second syllable": (_in_twos(ESSAY), "korean_broken_spacing"),
    "no particles": (_without_particles(ESSAY + MANUAL), "korean_few_function_morphemes"),
}


@pytest.mark.parametrize("kind", GOOD)
def test_good_text_stays(kind: str) -> None:
    assert judge(RULE, [GOOD[kind]]) == [[]]


@pytest.mark.parametrize("kind", JUNK)
def test_junk_goes_by_name(kind: str) -> None:
    text, rule = JUNK[kind]
    assert rule in [failure.rule for failure in judge(RULE, [text])[0]]


@pytest.mark.parametrize(
    ("kind", "rule", "threshold", "detail"),
    [
        ("wrong particles", "korean_garbled_particles", 0.05, "마당에은, 감나무이, 가을가, 우리은, 장대을; of 20"),
        ("keywords", "korean_keyword_stuffing", 0.72, "40 nouns in a row: 대출, 금리, 비교, 신용, 보험"),
        ("no spaces", "korean_run_together", 0.14, "가을이되면우리는긴장대를들고나가홍시를땄다"),
        ("repeated", "korean_repeated_boilerplate", 0.35, "지금 바로 x12"),
        ("honorifics", "korean_honorific_boilerplate", 0.62, "7 sentences such as '안녕하세요 고객님.'"),
        ("rare syllables", "korean_gibberish", 0.4, "unknown: 뷁쉟궳, 훏뜗"),
        ("translated", "korean_machine_translated", 20.0, "per 100 words: 그것 x6, 당신 x4"),
    ],
)
def test_a_failure_shows_its_evidence(kind: str, rule: str, threshold: float, detail: str) -> None:
    failures = {failure.rule: failure for failure in judge(RULE, [JUNK[kind][0]])[0]}
    assert failures[rule].threshold == threshold
    assert detail in failures[rule].detail


def test_the_threshold_told_is_the_one_applied() -> None:
    for text, _ in JUNK.values():
        for failure in judge(RULE, [text])[0]:
            assert failure.value is not None
            assert failure.threshold is not None
            assert failure.detail
            assert failure.value != failure.threshold


def test_a_verdict_depends_on_the_document_alone() -> None:
    texts = [*GOOD.values(), *(text for text, _ in JUNK.values()), *ADVERSARIAL.values()]
    together = judge(RULE, texts)
    assert together == judge(RULE, texts)
    assert together[::-1] == judge(RULE, texts[::-1])
    assert together == [judge(RULE, [text])[0] for text in texts]


def test_the_end_of_a_long_document_is_seen() -> None:
    found = judge(RULE, [f"{ESSAY}\n" + "\n".join(_shuffled(ESSAY + MANUAL) for _ in range(20))])[0]
    assert "korean_shuffled_words" in [failure.rule for failure in found]


MEGABYTES = {
    "spaces": " " * 1_000_000,
    "emoji": "😀" * 250_000,
    "hanja": "漢字" * 170_000,
    "old hangul": "\u1112\u119e\u11ab" * 110_000,
    "right to left": "שלום " * 110_000,
    "nfd": "\u1112\u1161\u11ab " * 100_000,
    "lone surrogates": "가\ud800나 " * 100_000,
    "digits": "1" * 1_000_000,
    "one word": "가" * 340_000,
    "one word of words": "먹었습니다" * 68_000,
    "at signs": "a@" * 500_000,
    "fences": "```\n가 " * 120_000,
    "alternating": "가a" * 250_000,
    "loose letters": "ㅁㄴㅇㄹ " * 80_000,
    "genitives": "그의 " * 160_000,
    "translated": "그것은 당신의 것은 " * 40_000,
    "courtesy": "감사합니다" * 70_000,
    "courtesy without a stop": "항상 감사 " * 70_000,
}


@pytest.mark.parametrize("kind", MEGABYTES)
def test_a_verdict_in_bounded_time(kind: str) -> None:
    judge(RULE, [SHORT])
    start = time.process_time()
    verdict = judge(RULE, [MEGABYTES[kind]])
    assert time.process_time() - start < 1.0
    assert verdict == judge(RULE, [MEGABYTES[kind]])


def test_senseless_numbers() -> None:
    with pytest.raises(ValueError, match="korean_morphology: min_runs = -1 is too small"):
        KoreanMorphology(min_runs=-1)
