"""The Korean morphological rules: good text of every register stays, what no Korean wrote goes by the right name."""

import random
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

GOOD = {
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
}


@pytest.mark.parametrize("kind", GOOD)
def test_good_text_stays(kind: str) -> None:
    assert judge(RULE, [GOOD[kind]]) == [[]]


@pytest.mark.parametrize("kind", JUNK)
def test_junk_goes_by_name(kind: str) -> None:
    text, rule = JUNK[kind]
    assert rule in [failure.rule for failure in judge(RULE, [text])[0]]


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
