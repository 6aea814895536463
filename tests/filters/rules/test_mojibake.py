"""Korean through every wrong pair of encodings, and texts of all kinds that only look unusual."""

import unicodedata

import pytest

from filters.rules.mojibake import Mojibake
from tests.filters.rules.judging import check_adversarial, judge_text

KOREAN = "갯벌은 밀물과 썰물이 드나드는 평평한 땅이다. 강이 실어 온 흙이 쌓여 만들어지며 수많은 생물이 산다. 사람들은 오래전부터 갯벌에서 조개와 낙지를 잡았다."


def _through(*encodings: str) -> str:
    text = KOREAN
    for right, wrong in zip(encodings[::2], encodings[1::2], strict=True):
        text = text.encode(right, "replace").decode(wrong, "replace")
    return text


@pytest.mark.parametrize(
    ("encodings", "kind"),
    [
        (("cp949", "utf-8"), "replacement"),
        (("cp949", "latin-1"), "latin1"),
        (("cp949", "cp1252"), "latin1"),
        (("utf-8", "latin-1"), "latin1"),
        (("utf-8", "cp1252"), "latin1"),
        (("utf-8", "latin-1", "utf-8", "latin-1"), "latin1"),
        (("utf-8", "cp949"), "replacement"),
        (("cp949", "utf-8", "utf-8", "cp949"), "replacement"),
        (("cp949", "gbk"), "another_script"),
        (("cp949", "big5"), "another_script"),
        (("cp949", "cp932"), "another_script"),
        (("utf-8", "gbk"), "another_script"),
        (("utf-8", "mac_roman"), "another_script"),
        (("utf-8", "cp437"), "another_script"),
        (("cp949", "cp1251"), "another_script"),
        (("utf-16-le", "utf-16-be"), "another_script"),
        (("ascii", "ascii"), "question_marks"),
    ],
)
def test_every_confusion_is_found(encodings: tuple[str, ...], kind: str) -> None:
    (failure,) = judge_text(Mojibake(), _through(*encodings))
    assert failure.rule == "mojibake"
    if kind != "another_script":
        assert failure.detail.startswith(kind)
    assert failure.value is not None
    assert failure.threshold is not None
    assert failure.value > failure.threshold


def test_without_replacement_characters() -> None:
    garbled = KOREAN.encode().decode("cp949", "ignore")
    assert [failure.detail for failure in judge_text(Mojibake(), garbled)] == ["cp949"]


GOOD = {
    "korean": KOREAN,
    "nfd": unicodedata.normalize("NFD", KOREAN),
    "french": "Été à Paris: «Où êtes-vous?» «À l'hôtel, près de la forêt.» L'œuvre naïve, façade, Noël, garçon, çà et là. DÉJÀ VU «ÉLÈVE».",
    "german": "Die Größe der Straße heißt „Spaß“. Über Öl, Ärger, Füße, groß“ und „müßig“.",
    "vietnamese": "Việt Nam đất nước ta ơi, mênh mông biển lúa đâu trời đẹp hơn. Mây mờ che đỉnh Trường Sơn sớm chiều, người Việt Nam rất yêu nước.",
    "icelandic": "Þórr, Óðinn ok Loki fóru í austrveg. Það er gott að búa á Íslandi.",
    "ipa": "[ˈkʰæ̃t] ðə kwɪk bɹaʊn fɒks dʒʌmps oʊvə ðə leɪzi dɒɡ ɑːɹ ɪz ðɪs ŋ θ ʃ ʒ æ ø œ ɐ ɛ̃",
    "hanja": "天地玄黃 宇宙洪荒 日月盈昃 辰宿列張 寒來暑往 秋收冬藏 閏餘成歲 律呂調陽 雲騰致雨 露結爲霜 金生麗水 玉出崑岡",
    "mixed script": "大韓民國憲法 悠久한 歷史와 傳統에 빛나는 우리 大韓國民은 三一運動으로 建立된 大韓民國臨時政府의 法統과",
    "old hangul": "나랏〮말〯ᄊᆞ미〮 中듀ᇰ國귁〮에〮달아〮 文문字ᄍᆞᆼ〮와〮로〮서르ᄉᆞᄆᆞᆺ디〮아니〮ᄒᆞᆯᄊᆡ〮",
    "rare syllables": "똠방각하 펲시콜라 햏자 아햏햏 뷁 쀍 뚫훍뚫훍 숖",
    "emoji": "😀😃😄😁 오늘 좋아요 🎉🎉",
    "russian": "Съешь же ещё этих мягких французских булок, да выпей чаю. Это русский текст о погоде и природе.",
    "japanese": "文字化けとは、文字が正しく表示されない現象である。ﾊﾝｶｸｶﾅも使われる。",
    "chinese": "这是一个关于天气的普通中文文本，我们在这里可以看到很多常用的汉字，不会被误认为乱码。",
    "question marks": "뭐라고?? 진짜?? 왜??? 그게 말이 돼??? 아니 ㅋㅋ",
    "about it": "한글이 깨지면 占쏙옙 같은 글자가 보인다. 이는 인코딩을 잘못 읽었기 때문이다. 파일을 UTF-8로 다시 저장하면 대부분 해결된다. "
    "편집기의 인코딩 메뉴에서 EUC-KR을 골라 열고 UTF-8로 저장한다.",
}


@pytest.mark.parametrize("text", GOOD.values(), ids=GOOD.keys())
def test_unusual_text_stays(text: str) -> None:
    assert judge_text(Mojibake(), text) == []


def test_worst_passage() -> None:
    text = (KOREAN + "\n") * 300 + _through("cp949", "latin-1") * 4
    (failure,) = judge_text(Mojibake(), text)
    assert failure.threshold == 0.5
    assert "one passage" in failure.detail


def test_adversarial() -> None:
    check_adversarial(Mojibake(), "mojibake")
    for text in ("é" * 300_000, "Ã©ê°€ " * 50_000, "占쏙옙 " * 50_000, "? " * 200_000, "\ufffd" * 300_000, "漢" * 300_000):
        assert judge_text(Mojibake(), text) == judge_text(Mojibake(), text)
