"""What runs say before any analyser reads them."""

import random

import numpy as np
import pytest

from filters.korean.sampling import sample
from filters.korean.surface import read
from tests.filters.korean.plain_surface import is_suspect, plain_surface
from tests.filters.rules.judging import ADVERSARIAL

_WORDS = (
    *(
        "나는",
        "그",
        "학교를",
        "당신의",
        "고객님과",
        "걸어갔습니다",
        "뷁",
        "책를",
        "책을이",
        "문서를에서",
        "학교으로",
        "서울로",
        "산로",
    ),
    *(
        "우리는",
        "그것은",
        "되어집니다",
        "감사드립니다",
        "API",
        "v2.0",
        "것",
        "것을",
        "수",
        "있습니다",
        "하는",
        "때문에",
        "하지만",
        "를",
    ),
    *(
        "2024년",
        '"인용문"',
        "(괄호)",
        "은",
        "습니다",
        "를을",
        "으로",
        "에서",
        "뷁뷁뷁",
        "가나다라마바사아자",
        "```코드```",
        "ㅋㅋ",
        "ｔｅｘｔ",
    ),
)
_SIGNS = (
    " ",
    " ",
    " ",
    " ",
    ", ",
    ". ",
    "\n",
    "\n\n",
    "",
    "·",
    " - ",
    "(",
    ") ",
    "!? ",
    " \u3000",
    "... 그리고 abc, def ",
    "\ud800",
)


def test_shares() -> None:
    texts = ["나는 그 학교를 당신의 고객님과 걸어갔습니다 뷁", ""]
    surface, suspects = read(texts, max_runs=64)
    assert surface.runs.tolist() == [7, 0]
    assert surface.syllables[0] == 20 / 7
    assert surface.single[0] == 2 / 7
    assert surface.particles[0] == 4 / 7
    assert surface.courtesy[0] == 2 / 7  # 고객님과, and 그 as in 그 동안
    assert surface.translated[0] == 1 / 7
    assert surface.distinct[0] == 1
    assert surface.rare[0] == pytest.approx(1 / 20)
    assert np.isnan(surface.single[1])
    assert suspects == [[], []]


@pytest.mark.parametrize(
    ("run", "suspect"),
    [
        ("책를", True),
        ("학교을", True),
        ("책을이", True),
        ("문서를에서", True),
        ("마을은", True),  # the analyser tells it from a doubled particle
        ("학교으로", True),
        ("산로", True),
        ("회의를", False),
        ("책을", False),
        ("있는", False),
        ("않는", False),
        ("학교에서는", False),
        ("서울로", False),
        ("산으로", False),
        ("으로", False),
        ("를", False),
    ],
)
def test_suspects(run: str, suspect: bool) -> None:
    assert read([run], max_runs=64)[1] == [[run] if suspect else []]
    assert is_suspect(run) == suspect


def _text(rng: random.Random) -> str:
    return "".join(rng.choice(_WORDS) + rng.choice(_SIGNS) for _ in range(rng.choice((0, 1, 2, 3, 10, 40, 200, 900))))


def _check(texts: list[str], *, max_runs: int) -> None:
    surface, suspects = read(texts, max_runs=max_runs)
    table = np.array(surface)
    for number, text in enumerate(texts):
        one = sample(text, max_runs=max_runs)
        if one.runs:
            assert table[:, number] == pytest.approx(plain_surface(one), rel=1e-9, nan_ok=True), text
        else:
            assert table[0, number] == 0
        assert suspects[number] == [run for run in one.runs if is_suspect(run)]


@pytest.mark.parametrize("seed", range(5))
def test_it_says_what_the_plain_form_says(seed: int) -> None:
    rng = random.Random(seed)
    _check([_text(rng) for _ in range(150)], max_runs=(64, 96, 128)[seed % 3])


def test_it_says_so_of_odd_texts_too() -> None:
    texts = [*ADVERSARIAL.values(), "가" * 300, "가 " * 3, "뷁" * 5 + " 가", "가나", "a가", "가a", "가\n" * 200]
    _check(texts, max_runs=128)


def test_neighbours_in_the_batch_do_not_matter() -> None:
    rng = random.Random(9)
    texts = [_text(rng) for _ in range(130)]
    together = np.array(read(texts, max_runs=128)[0])
    for number in (0, 63, 64, 129):
        alone = np.array(read([texts[number]], max_runs=128)[0])
        np.testing.assert_array_equal(alone[:, 0], together[:, number])
