"""Hate where it makes up the document; mention, mild words and look-alikes of good words stay."""

import pytest

from filters.rules.hate_speech import HateSpeech
from tests.filters.rules.judging import check_adversarial, judge_text

HATEFUL = {
    "region": "전라도 홍어새끼들은 다 똑같아\n절라도 종자들 또 난리네",
    "gender": "김치녀들은 하나같이 돈만 밝혀\n한남충들도 다 죽어버려라",
    "nation": "짱깨들 제발 너네 나라로 꺼져\n쪽바리 원숭이 새끼들",
    "disability": "장애인들 세금만 축내는 병신들\n애자새끼들 집에나 있지",
    "age": "틀딱들 투표권 뺏어야 한다\n급식충들 수준 봐라",
    "religion": "개독들 역겹다 먹사놈들\n개슬람 새끼들 꺼져라",
    "minority": "똥꼬충들 역겹다 진짜\n더러운 게이새끼들",
    "abuse": "씨발 좆같은 새끼들아 나가 뒤져라\n병신같은 년이 어디서 나대냐",
    "disguise": "병*신 같은 틀*딱들\nㅂㅕㅇ신 새끼들 씨1발",
}
GOOD = {
    "paper": "온라인에서 자주 쓰이는 멸칭은 '한남충', '김치녀', '맘충', '틀딱' 등이었다. 연구자들은 이런 혐오 표현이 침묵을 낳는다고 지적한다.",
    "ruling": "피고인은 피해자에게 '병신'이라고 말하여 모욕하였다는 이유로 기소되었다. 대법원은 표현의 맥락을 보아야 한다고 판결하였다.",
    "comment": "배우들 연기 미쳤음 ㅋㅋㅋ 존나 재밌게 봤다\n중간에 지루한데 끝까지 보면 후회 안함\n감독 바보냐 왜 결말을 그렇게 내냐 ㅠㅠ",
    "one coarse word": "씨발 이 영화 끝내준다",
    "good words": "시발점이 된 것은 새끼 고양이였다. 병신년 겨울이었다. 홍어회를 다시 발견했다. 한남동 골목에서 탄핵소추 소식을 들었다.",
    "church law": "시벌하지 않은 치리회는 총회의 지시를 받는다. 제26조부터 제28조까지를 따른다.",
    "memory": "어릴 적 나는 '튀기'라는 말을 들으며 자랐다. 아이들은 내 피부를 보고 놀렸다. 담임 선생님의 말씀을 아직 기억한다.",
}


@pytest.mark.parametrize("text", HATEFUL.values(), ids=HATEFUL.keys())
def test_documents_made_of_hate_fail(text: str) -> None:
    assert [failure.rule for failure in judge_text(HateSpeech(), text)] == ["hate_speech"]


@pytest.mark.parametrize("text", GOOD.values(), ids=GOOD.keys())
def test_others_stay(text: str) -> None:
    assert judge_text(HateSpeech(), text) == []


def test_share_decides() -> None:
    hateful, harmless = "짱깨새끼들 꺼져라.\n틀딱충들 역겹다.\n", "오늘은 날씨가 좋았다.\n"
    (failure,) = judge_text(HateSpeech(), hateful + harmless * 2)
    assert (failure.value, failure.threshold) == (0.5, 0.3)
    assert failure.detail.startswith("2 of 4 sentences: 짱깨새끼, ")
    assert judge_text(HateSpeech(), hateful + harmless * 5) == []
    with pytest.raises(ValueError, match="hate_speech: max_share"):
        HateSpeech(max_share=3.0)


def test_adversarial() -> None:
    check_adversarial(HateSpeech(), "hate_speech")
    for text in ("씨발 병신. " * 50_000, '"씨발' * 50_000, "병*신" * 50_000, "\ud800씨발" * 999):
        assert judge_text(HateSpeech(), text) == judge_text(HateSpeech(), text)
