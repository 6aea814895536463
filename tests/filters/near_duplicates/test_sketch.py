"""Signatures: exact, unbiased, the same in any batch, and bounded on bad input."""

import time
import unicodedata

import numpy as np
import pytest
from numpy.typing import NDArray

from filters.near_duplicates.hashing import mix
from filters.near_duplicates.shingles import Shingles, character_shingles
from filters.near_duplicates.sketch import KINDS, SIGNATURE_FORM, MinHash, Sketches, band_keys, similarity

SENTENCES = [
    "정부는 내년부터 주택을 취득하는 사람에게 새로운 세율을 적용하기로 했다.",
    "연구진은 바닷물의 온도가 해마다 오르는 까닭을 위성 자료로 밝혀냈다.",
    "설치 프로그램을 실행하기 전에 중요한 파일을 다른 디스크에 옮겨 두십시오.",
    "어제 본 영화는 배우들의 연기가 훌륭했지만 이야기가 조금 지루했다.",
    "시장은 공사 구간의 교통을 우회시키고 주민들에게 일정을 알렸다.",
    "계약을 해지하려면 만료일 한 달 전까지 서면으로 통지하여야 한다.",
    "할머니는 겨울이면 마당에 항아리를 묻고 김치를 가득 담가 두셨다.",
]
TEXT = " ".join(SENTENCES)


def _sketch(texts: list[str], language: str = "ko", segment: str = "korean", **sizes: int) -> Sketches:
    return MinHash(**sizes).sketch(texts, languages=[language] * len(texts), segments=[segment] * len(texts))


def _similarity(first: str, second: str, language: str = "ko", segment: str = "korean") -> float:
    made = _sketch([first, second], language, segment, bands=40)
    return float(similarity(made.values[0], made.values[1], made.present[0], made.present[1]))


def _shingles(rows: list[NDArray[np.uint64]]) -> Shingles:
    return Shingles(np.concatenate(rows), np.cumsum([0, *map(len, rows)]))


def test_minima_are_those_of_the_definition() -> None:
    generator = np.random.default_rng(0)
    rows = [generator.integers(0, 2**64, size, dtype=np.uint64) for size in (1, 15, 16, 17, 0, 128, 129, 5000, 0, 3)]
    minhash = MinHash(bands=3, rows=2)
    found = minhash.minima(_shingles(rows))
    multipliers = minhash._multipliers.tolist()  # pyright: ignore[reportPrivateUsage]
    for row, values in enumerate(rows):
        odd = [value >> 32 | 1 for value in values.tolist()]
        expected = [min((value * multiplier % 2**32 for value in odd), default=0) for multiplier in multipliers]
        assert found[row].tolist() == expected


@pytest.mark.parametrize("share", [0.3, 0.6, 0.8, 0.95])
def test_the_estimate_is_unbiased_with_the_spread_of_a_binomial(share: float) -> None:
    size, num_pairs = 400, 300
    minhash = MinHash()
    estimates: list[float] = []
    for pair in range(num_pairs):
        values = mix(np.arange(size, dtype=np.uint64) + np.uint64(size * (pair + 1)))
        common, own = int(size * share), int(size * (1 - share)) // 2
        rows = [values[: common + own], np.concatenate([values[:common], values[common + own :]])]
        first, second = minhash.minima(_shingles(rows))
        estimates.append(float((first == second).mean()))
    spread = (share * (1 - share) / minhash.num_values) ** 0.5
    assert abs(np.mean(estimates) - share) < 4 * spread / num_pairs**0.5
    assert 0.85 * spread < np.std(estimates) < 1.15 * spread


def test_the_same_signature_in_any_batch() -> None:
    texts = [
        TEXT,
        "",
        "짧은 글",
        TEXT[:100] * 30,
        "def f(x): return x",
        "An English text, rather short.",
        "!!",
        "가" * 500,
        *SENTENCES,
    ]
    languages = ["ko", "ko", "ko", "ko", "python", "en", "und", "ko", *["ko"] * 7]
    segments = ["korean", "korean", "korean", "korean", "code", "multilingual", "", "korean", *["korean"] * 7]
    together = MinHash().sketch(texts, languages=languages, segments=segments)
    order = np.random.default_rng(1).permutation(len(texts))
    shuffled = MinHash().sketch(
        [texts[row] for row in order], languages=[languages[row] for row in order], segments=[segments[row] for row in order]
    )
    for place, row in enumerate(order):
        alone = MinHash().sketch([texts[row]], languages=[languages[row]], segments=[segments[row]])
        for one, at in ((alone, 0), (shuffled, place)):
            np.testing.assert_array_equal(together.values[row], one.values[at])
            np.testing.assert_array_equal(together.present[row], one.present[at])
            np.testing.assert_array_equal(together.sizes[row], one.sizes[at])


def test_signatures_stay_what_they_are() -> None:
    """Signatures of finished runs are compared with new ones: a change here asks for another SIGNATURE_FORM."""
    assert SIGNATURE_FORM == 1
    made = _sketch([TEXT])
    keys = band_keys(made.values, bands=20, rows=6)
    assert made.sizes.tolist() == SIZES
    assert made.values[0, :, :3].tolist() == VALUES
    assert keys[0, :, 0].tolist() == KEYS


SIZES = [[196, 65]]
VALUES = [[5111293, 34961399, 28087591], [1423513, 29088419, 52755937]]
KEYS = [1220845890053597539, 11343446790522085537]

NEAR = [
    ("spacing", TEXT.replace(" ", "")),
    ("full-width", TEXT.replace(" ", "　").replace(".", "．")),
    ("NFD", unicodedata.normalize("NFD", TEXT)),
    ("layout", TEXT.replace(" ", "\n")),
    ("speech level", TEXT.replace("했다.", "했습니다.").replace("한다.", "해요.").replace("밝혀냈다", "밝혀냈습니다")),
    (
        "particles",
        TEXT.replace("를 ", "는 ").replace("을 ", "도 ").replace("이 ", "은 ").replace("가 ", "도 ").replace("는 ", "만 "),
    ),
    ("moved", " ".join(SENTENCES[3:] + SENTENCES[:3])),
    ("removed", " ".join(SENTENCES[:-1])),
]


@pytest.mark.parametrize(("change", "changed"), NEAR)
def test_changed_copies_are_alike(change: str, changed: str) -> None:
    assert _similarity(TEXT, changed) >= 0.75, change


def test_half_of_the_sentences_in_common_are_not_enough() -> None:
    assert _similarity(TEXT, " ".join(SENTENCES[:3])) < 0.6
    assert _similarity(" ".join(SENTENCES[:3]), " ".join(SENTENCES[3:])) < 0.2


@pytest.mark.parametrize(
    ("first", "second", "least", "most"),
    [
        ("서울", "서울", 1, 1),
        ("서울", "부산", 0, 0.01),
        ("가", "가", 1, 1),
        ("가", "나", 0, 0.01),
        ("ㅋㅋㅋㅋㅋㅋ", "ㅋㅋㅋㅋㅋㅋㅋㅋㅋ", 1, 1),  # one character repeated: the same run
        ("반복 " * 50, "반복 " * 500, 1, 1),
        ("반복 " * 50, "다른 " * 50, 0, 0.01),
        ("서울에 비가 온다", "부산에 비가 온다", 0, 0.6),  # too few stems to say anything
        ("문의는 02-123-4567", "문의는 031-765-4321", 0, 0.5),
    ],
)
def test_short_texts(first: str, second: str, least: float, most: float) -> None:
    assert least <= _similarity(first, second) <= most


def test_kinds_of_languages() -> None:
    texts = [
        TEXT,
        "The quick brown fox jumps over the lazy dog.",
        "東京は日本の首都である。",
        "for i in range(3): print(i)",
        "",
        "…",
    ]
    made = MinHash().sketch(
        texts, languages=["ko", "en", "ja", "python", "ko", "ko"], segments=["korean", "", "", "code", "", ""]
    )
    assert made.present.tolist() == [[True, True], [True, False], [True, False], [True, False], [False, False], [False, False]]
    assert not made.values[~made.present].any()
    assert made.values.shape == (6, len(KINDS), 120)
    assert made.values.dtype == np.uint32
    assert made.sizes[1].tolist() == [len("thequickbrownfoxjumpsoverthelazydog") - 4, 0]


def test_code_does_not_see_layout() -> None:
    code = "def total(values):\n    return sum(value for value in values if value)\n"
    assert _similarity(code, code.replace("    ", "\t").replace("\n", "\r\n"), "python", "code") == 1
    assert _similarity(code, code.replace("value", "Wert"), "python", "code") < 0.3


def test_absent_kinds_do_not_count() -> None:
    made = _sketch(["", "…", TEXT])
    alike = similarity(made.values[:, None], made.values[None], made.present[:, None], made.present[None])
    assert alike.tolist() == [[0, 0, 0], [0, 0, 0], [0, 0, 1]]
    assert alike.dtype == np.float32


def test_band_keys_differ_by_kind_and_band() -> None:
    keys = band_keys(np.ones((1, 2, 120), dtype=np.uint32), bands=20, rows=6)
    assert len(np.unique(keys)) == 40


def test_nothing_at_all() -> None:
    made = _sketch([])
    assert made.values.shape == (0, 2, 120)
    assert len(character_shingles([])) == 0


BAD = [
    "",
    "가",
    "a" * 1_000_000,
    "가" * 1_000_000,
    "에서" * 500_000,
    "반복 " * 300_000,
    "😀" * 100_000,
    "\ud800\udfff" * 100_000,
    unicodedata.normalize("NFD", "각하" * 200_000),
    "ᄒᆞᆫᄀᆞᆯ" * 100_000,
    "שלום עולם " * 50_000,
    "e" + "\u0301" * 300_000,
    "\u200b" * 300_000,
    "\ufdfa" * 50_000,  # folds to 15 letters
    "\x00\x01\x02" * 100_000,
    "개인정보보호" * 550_000,  # 10 MB without a space
]


@pytest.mark.parametrize("text", BAD, ids=range(len(BAD)))
@pytest.mark.parametrize("segment", ["korean", "code", "multilingual"])
def test_bad_input_takes_bounded_time(text: str, segment: str) -> None:
    start = time.process_time()
    made = _sketch([text, text], "ko" if segment == "korean" else "en", segment)
    assert time.process_time() - start < 20
    np.testing.assert_array_equal(made.values[0], made.values[1])


def test_a_million_empty_texts() -> None:
    assert not _sketch([""] * 1_100_000, bands=1, rows=1).present.any()
