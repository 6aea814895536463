"""With the same words and sentences our first failing rule is the one that datatrove 0.10.1 names.

The texts: the standard library's source and documentation in pieces, and random texts of few words, Korean and English,
with all the signs that the rules look for. Where datatrove is another matter, a test says which.
"""

import ast
import random
from collections.abc import Callable, Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from datatrove.pipeline.filters import (
    C4QualityFilter,
    FineWebQualityFilter,
    GopherQualityFilter,
    GopherRepetitionFilter,
)
from datatrove.pipeline.filters.base_filter import BaseFilter
from datatrove.pipeline.filters.c4_filters import END_PUNCTUATION
from datatrove.utils.text import TERMINAL_PUNCTUATION

from filters.batch import judge
from filters.document import Failure
from filters.rules.c4_quality import C4Quality
from filters.rules.fineweb_quality import FinewebQuality
from filters.rules.gopher_quality import GopherQuality
from filters.rules.gopher_repetition import GopherRepetition
from filters.words import word_splitter
from tests.filters.rules.datatrove_peer import our_splitters, peer_reason
from tests.filters.rules.judging import judge_text

STOP_CHARS = tuple(sorted(TERMINAL_PUNCTUATION))
KOREAN_STOP_WORDS = ("의", "다", "이", "는", "에", "을", "한", "년", "하", "은", "를", "했", "고", "에서", "가", "있", "으로")
KOREAN_STOP_WORDS += ("인", "월", "로", "되")
#: The numbers of FineWeb2 for Korean, or lower ones that random texts reach.
GOPHER_KOREAN = {
    "min_doc_words": 10,
    "max_doc_words": 60,
    "min_avg_word_length": 1.5,
    "max_avg_word_length": 3,
    "max_non_alpha_words_ratio": 0.6,
    "max_bullet_lines_ratio": 0.3,
    "max_ellipsis_lines_ratio": 0.1,
}
REPETITION_LOW = {
    "dup_line_frac": 0.1,
    "dup_para_frac": 0.5,
    "dup_line_char_frac": 0.1,
    "dup_para_char_frac": 0.6,
    "top_n_grams": ((2, 0.12), (3, 0.1), (4, 0.08)),
    "dup_n_grams": ((5, 0.12), (6, 0.1), (7, 0.08), (8, 0.06), (9, 0.04), (10, 0.02)),
}
FINEWEB_KOREAN = {"line_punct_thr": 0.062, "char_duplicates_ratio": 0.1, "new_line_ratio": 0.196, "short_line_length": 10}

PAIRS: dict[str, Callable[[], tuple[Any, BaseFilter]]] = {
    "gopher_quality": lambda: (GopherQuality(), GopherQualityFilter()),
    "gopher_quality, korean": lambda: (
        GopherQuality(**GOPHER_KOREAN, stop_words=KOREAN_STOP_WORDS),
        GopherQualityFilter(**GOPHER_KOREAN, stop_words=list(KOREAN_STOP_WORDS)),
    ),
    "gopher_repetition": lambda: (GopherRepetition(), GopherRepetitionFilter()),
    "gopher_repetition, low": lambda: (
        GopherRepetition(**REPETITION_LOW),
        GopherRepetitionFilter(**REPETITION_LOW),
    ),
    "gopher_repetition, long runs": lambda: (
        GopherRepetition(top_n_grams=(), dup_n_grams=((10, 0.02),), dup_line_frac=0, dup_para_frac=0),
        GopherRepetitionFilter(top_n_grams=(), dup_n_grams=((10, 0.02),), dup_line_frac=0, dup_para_frac=0),
    ),
    "fineweb_quality": lambda: (FinewebQuality(stop_chars=STOP_CHARS), FineWebQualityFilter()),
    "fineweb_quality, korean": lambda: (
        FinewebQuality(**FINEWEB_KOREAN, stop_chars=STOP_CHARS),
        FineWebQualityFilter(**FINEWEB_KOREAN),
    ),
    "c4_quality": lambda: (C4Quality(end_punctuation=END_PUNCTUATION), C4QualityFilter()),
    "c4_quality, by sentence": lambda: (
        C4Quality(end_punctuation=END_PUNCTUATION, split_paragraph=False, min_num_sentences=2),
        C4QualityFilter(split_paragraph=False, min_num_sentences=2),
    ),
}

WORDS = ["나는", "학교에", "갔다", "의", "을", "다", "the", "and", "of", "have", "1,234", "2024년", "#", "...", "…", "-", "•"]
WORDS += ["“그래”", "javascript", "lorem ipsum", "{", "cookie policy", "[1]", "[edit]", "가나다라마바사아자차카타", "A.", "。"]
ENDS = [
    " ",
    " ",
    " ",
    " ",
    ". ",
    "! ",
    "?\n",
    ".\n",
    ".\n",
    ".\n",
    "\n",
    "\n\n",
    "\n\n\n",
    '."\n',
    "...\n",
    "…\n",
    "\u2028",
    "\r\n- ",
]


def random_text(generator: random.Random) -> str:
    """A few words over and over: short texts and long ones, poor and rich in words, with repeated lines."""
    words = generator.sample(WORDS, generator.randint(2, 8)) + generator.choices(["나는", "밥을", "먹었다", "the", "cat"], k=6)
    ends = generator.sample(ENDS, generator.randint(1, 6))
    parts = [generator.choice(words) + generator.choice(ends) for _ in range(generator.choice([0, 1, 5, 30, 80, 200]))]
    text = "".join(parts)
    return text + "\n" + text[: generator.randint(0, 200)] if generator.random() < 0.3 else text


def library_pieces() -> Iterator[str]:
    """Sources of the standard library in pieces of 20 to 60 lines, and every docstring in them."""
    folder = Path(ast.__file__).parent
    for path in sorted(folder.glob("[a-o]*.py")):
        source = path.read_text(encoding="utf-8")
        lines = source.splitlines(keepends=True)
        yield from ("".join(lines[start : start + 20 + start % 41]) for start in range(0, len(lines), 150))
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and (text := ast.get_docstring(node)):
                yield text


@cache
def texts() -> list[str]:
    generator = random.Random(20240115)
    return [*library_pieces(), *(random_text(generator) for _ in range(2500))]


def spells_two_runs_alike(text: str, lengths: list[int]) -> bool:
    """Whether two different runs of words read the same without spaces: datatrove takes such runs for one."""
    words = word_splitter("unicode")(text)
    for n in lengths:
        runs = {tuple(words[i : i + n]) for i in range(len(words) - n + 1)}
        if len({"".join(run) for run in runs}) < len(runs):
            return True
    return False


def judged_alone_and_together(rule: Any) -> list[list[Failure]]:
    """Every text's failures: most in batches, as they are in a run, the last hundred one by one."""
    together = [*range(0, len(texts()) - 100, 700), len(texts()) - 100]
    batches = [texts()[start:end] for start, end in pairwise(together)] + [[text] for text in texts()[-100:]]
    return [failures for some in batches for failures in judge(rule, some, words="unicode")]


@pytest.mark.parametrize("name", PAIRS)
def test_same_first_reason(name: str) -> None:
    rule, peer = PAIRS[name]()
    seen: set[str] = set()
    with our_splitters(word_splitter("unicode")):
        for text, failures in zip(texts(), judged_alone_and_together(rule), strict=True):
            reason = peer_reason(peer, text)
            ours = failures[0].rule if failures else ""
            if ours != reason and name.startswith("gopher_repetition"):
                assert spells_two_runs_alike(text, [5, 6, 7, 8, 9, 10]), text
                continue
            assert ours == reason, text
            seen.add(reason)
    assert "" in seen
    assert len(seen) >= (2 if name.endswith(("long runs", "by sentence")) else 3)


def test_enough_texts_of_every_kind() -> None:
    assert len(texts()) > 4000


def test_datatrove_takes_two_runs_spelt_alike_for_one() -> None:
    text = "할수 있다 할 수있다"
    with our_splitters(word_splitter("unicode")):
        peer = GopherRepetitionFilter(top_n_grams=(), dup_n_grams=((2, 0.01),))
        assert peer_reason(peer, text) == "gopher_duplicated_2_grams"
    assert judge_text(GopherRepetition(top_n_grams=(), dup_n_grams=((2, 0.01),)), text) == []


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_datatrove_stops_with_an_error_where_there_are_no_words() -> None:
    with our_splitters(word_splitter("unicode")):
        assert peer_reason(GopherQualityFilter(min_doc_words=0), " ") == "error"
    assert [failure.rule for failure in judge_text(GopherQuality(min_doc_words=0), " ")] == ["gopher_too_few_stop_words"]


def test_datatrove_ends_no_sentence_in_a_quotation_mark() -> None:
    text = "그는 나에게 조용히 다가와서 이렇게 말하였다고 한다. “나는 간다.”"
    with our_splitters(word_splitter("unicode")):
        assert peer_reason(FineWebQualityFilter(), text) == "fineweb_line_punct"
    assert judge_text(FinewebQuality(), text) == []
