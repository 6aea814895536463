"""Stems: the same for all forms of a word, other for other words."""

import pytest

from filters.near_duplicates.folding import fold_all
from filters.near_duplicates.stems import stems
from filters.near_duplicates.stripping import stem_texts

#: Forms of one word each.
SAME = [
    "학교 학교가 학교를 학교는 학교에서 학교에서는 학교에서도 학교의 학교로 학교로부터 학교까지도 학교입니다 학교였다 학교와 학교만 학교보다",
    "사람 사람이 사람은 사람을 사람에게 사람으로 사람으로서 사람과 사람도 사람이다 사람입니다 사람이라고 사람이며 사람들 사람들이",
    "사용 사용하다 사용한다 사용합니다 사용해요 사용했다 사용했습니다 사용하였다 사용하는 사용한 사용할 사용하며 사용해서 사용하고 사용하면 사용하여 사용을 사용하지 사용하기 사용하십시오 사용하세요",
    "작성되다 작성된다 작성됩니다 작성돼요 작성됐다 작성되었습니다 작성되는 작성된 작성되어 작성이",
    "갔다 갑니다 가요 갈 가면 가는",
    "먹는다 먹습니다 먹어요 먹었다 먹은 먹을 먹고 먹으면 먹어서 먹지 먹겠습니다 먹으십시오",
    "만든다 만듭니다 만들어요 만들었다 만들고 만드는 만든 만들 만들어서",
    "보여요 보인다 보입니다 보이고 보였다 보이는",
    "어렵다 어렵습니다 어려운 어려워요 어려웠다 어려워서 어렵지만",
    "가깝다 가까운 가까워서",
    "배운다 배웁니다 배워요 배웠다 배우고 배우는 배운",
    "부르다 부릅니다 불러요 불렀다 부르는 불러서",
    "다르다 다릅니다 달라요 달랐다 다른 다르고",
    "켠다 켭니다 켜요 켰다 켜고 켜서",
    "필요하다 필요합니다 필요해요 필요한 필요했다 필요하지만 필요가",
    "움직인다 움직입니다 움직여요 움직였다 움직이는",
    "이루어진다 이루어집니다 이루어져요 이루어졌다 이루어지는",
    "자연스럽다 자연스러운 자연스러워요 자연스럽습니다",
    "국가 국가가 국가는 국가를 국가의",
    "회의 회의를 회의에서 회의가 회의는",
    "결과 결과가 결과를 결과는 결과입니다",
    "문서 문서를 문서의 문서가 문서에서 문서보다",
    "사라진다 사라지는 사라졌다 사라지고 사라지지",
    "나타난다 나타나는 나타났다 나타나서 나타납니다",
    "늘어난다 늘어나는 늘어났다",
    "페이지 페이지를 페이지가 페이지입니다",
    "관리자 관리자는 관리자가",
    "감소하다 감소한다 감소를 감소",
    "API API를 API는 API에서 API로 API의 api ＡＰＩ가",
    "개인정보 개인정보를 개인정보가 개인정보에는",
]
#: Different words.
DIFFERENT = [
    "학교 학원 학생 학습 대학",
    "사용 사람 사진 사업 사실",
    "작성 작업 작가 작품",
    "먹다 막다 읽다 보이다",
    "국가 국민 국회 국어",
    "회의 회사 회원 회장",
    "결과 결정 결혼 결제",
    "만들다 맞추다 마치다 알리다",
    "문서 문제 문화 문장",
    "추가하다 수정하다 삭제하다 확인하다",
    "증가하다 감소하다",
    "API SDK 2024 2023",
    "서울 부산 대구 인천 광주",
]
DROPPED = [
    "를",
    "은",
    "에서는",
    "`API`로 는",
    "수 있다",
    "것입니다",
    "하지 않는다",
    "등",
    "및",
    "또는",
    "…",
    "",
    "😀",
    "그리고",
]


def _stems(text: str) -> list[str]:
    return [stem for stem in stem_texts(fold_all([text])) if stem]


@pytest.mark.parametrize("words", SAME)
def test_forms_of_one_word_have_one_stem(words: str) -> None:
    assert len({tuple(stems([word]).hashes.tolist()) for word in words.split()}) == 1, [*map(_stems, words.split())]


@pytest.mark.parametrize("words", DIFFERENT)
def test_different_words_have_different_stems(words: str) -> None:
    found = [tuple(stems([word]).hashes.tolist()) for word in words.split()]
    assert all(len(one) == 1 for one in found)
    assert len(set(found)) == len(found)


@pytest.mark.parametrize("text", DROPPED)
def test_function_words_are_no_content(text: str) -> None:
    assert len(stems([text]).hashes) == ("API" in text)


EXACT = [
    ("학교에서는 학생들이 공부한다.", ["학교", "학생", "공부"]),
    ("API를 2024년에 배포하였습니다", ["api", "르", "2024", "니", "배포"]),
    ("학교에서공부를한다", ["학교", "공부", "하"]),
    ("파일을저장하고종료하십시오", ["파이", "저장", "종료"]),
    ("foo_bar(x)", ["foo", "bar", "x"]),
    ("東京에서 살았다", ["東京", "에스", "사"]),
]


@pytest.mark.parametrize(("text", "expected"), EXACT)
def test_words_are_cut_and_stripped(text: str, expected: list[str]) -> None:
    # Function words (르 for 를, 하) are told by their stems, after this.
    assert _stems(text) == expected


def test_spans_are_those_of_the_whole_word_in_the_original_text() -> None:
    text = "  학교에서는, Ａ를 (공부한다)"
    found = stems(["앞", text])
    assert found.starts.tolist() == [0, 1, 4]
    assert [text[start:end] for start, end in found.spans[1:].tolist()] == ["학교에서는", "Ａ", "공부한다"]
