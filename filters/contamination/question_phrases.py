"""Phrases that questions of every subject share: they tell that there is a question, and nothing of which one.

Enters: nothing. Leaves: the phrases as symbols, by their length. Particles, endings, spacing and punctuation do not matter.
"""

from collections import defaultdict
from functools import cache

import numpy as np
from numpy.typing import NDArray

from filters.contamination.skeleton import Skeletons, skeletons
from filters.near_duplicates.hashing import Hashes, run_hashes

_KOREAN = """
다음 중 옳은 것은|다음 중 옳지 않은 것은|다음 중 틀린 것은|다음 중 맞는 것은|다음 중 알맞은 것은|다음 중 적절한 것은
다음 중 가장 적절한 것은|다음 중 적절하지 않은 것은|다음 중 해당하지 않는 것은|다음 중 거리가 먼 것은
다음 중 바르게 설명한 것은|다음 글을 읽고 물음에 답하시오|다음을 읽고 질문에 답하시오|다음 글의 내용과 일치하는 것은
다음 글의 내용으로 알맞은 것을 고르시오|다음 글의 주제로 가장 적절한 것은|다음 글의 제목으로 가장 적절한 것은
다음 질문에 답하시오|주어진 질문에 답하세요|물음에 답하시오|다음 설명에 해당하는 것은|다음에서 설명하는 것은 무엇인가
다음 설명 중 옳은 것은|다음 보기 중에서 고르시오|보기에서 있는 대로 고른 것은|옳은 것만을 보기에서 있는 대로 고른 것은
옳은 것을 모두 고르시오|모두 고른 것은|설명으로 옳은 것은|설명으로 옳지 않은 것은|설명으로 가장 적절한 것은
설명 중 틀린 것은|대한 설명으로 옳은 것은|대한 설명으로 옳지 않은 것은|밑줄 친 부분|밑줄 친 부분의 의미와 가장 가까운 것은
빈칸에 들어갈 말로 가장 적절한 것은|빈칸에 들어갈 알맞은 말은|괄호 안에 들어갈 말로 알맞은 것은
빈칸에 들어갈 단어를 고르시오|올바른 답을 고르시오|정답을 고르시오|알맞은 것을 고르시오|가장 적절한 것을 고르시오
순서대로 바르게 나열한 것은|바르게 연결한 것은|무엇인가|무엇입니까|무엇이라고 하는가|무엇을 의미하는가|누구인가|어디인가
언제인가|얼마인가|몇 개인가|왜 그런가|이유는 무엇인가|값을 구하시오|값은 얼마인가|구하여라|풀이 과정을 쓰시오
이유를 서술하시오|설명하시오|문제를 풀어 보세요|단계별로 생각해 봅시다|정답과 해설|문제와 답
다음 코드의 실행 결과로 옳은 것은|다음 프로그램의 출력 결과는|함수를 작성하시오|함수를 완성하세요|다음 문장을 완성하시오
"""
_ENGLISH = """
which of the following is true|which of the following is not true|which of the following statements is correct
which of the following is the most likely|which of the following best describes|all of the following except
what is the meaning of|what is the value of|what is the name of|who is the|what is the|how many|according to the passage
answer the following question|choose the correct answer|choose the best answer
read the following passage and answer the question|solve the following problem|let's think step by step
complete the following function|write a function that|write a python function to|given a list of integers|given a string
return the result|returns true if|none of the above|all of the above|import numpy as np|from typing import list
if __name__ main
"""

#: Pieces of letters at both ends of a phrase depend on what stands next to them, so they are no part of it.
_MIN_SYMBOLS = 2


@cache
def phrase_hashes(*, content: bool) -> dict[int, Hashes]:
    """For each number of symbols the hashes of the phrases that have so many, ascending; ``content``: without particles."""
    phrases = [phrase for line in (_KOREAN + _ENGLISH).split("\n") for phrase in line.split("|") if phrase]
    made = skeletons(phrases)
    made = made.content() if content else made
    by_length: dict[int, list[int]] = defaultdict(list)
    for row in range(len(made)):
        symbols = _inner(made, row)
        if len(symbols) >= _MIN_SYMBOLS:
            by_length[len(symbols)] += run_hashes(symbols, n=len(symbols)).tolist()
    return {length: np.unique(np.array(hashes, dtype=np.uint64)) for length, hashes in sorted(by_length.items())}


def _inner(made: Skeletons, row: int) -> Hashes:
    own = made.text(row)
    symbols, is_word = made.symbols[own], made.is_word[own]
    start, end = 0, len(symbols)
    if end and is_word[0]:
        start = 1
    if end and is_word[-1]:
        end -= 1
    return symbols[start:end]


def in_phrases(symbols: Hashes, starts: NDArray[np.int64], *, content: bool) -> NDArray[np.bool_]:
    """Which of the symbols of texts, text i from ``starts[i]`` to ``starts[i + 1]``, are part of such a phrase."""
    texts = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    edges = np.zeros(len(symbols) + 1, dtype=np.int64)
    for length, hashes in phrase_hashes(content=content).items():
        own = run_hashes(symbols, n=length)
        places = np.minimum(np.searchsorted(hashes, own), len(hashes) - 1)
        found = np.flatnonzero(hashes[places] == own)
        found = found[texts[found] == texts[found + length - 1]]
        np.add.at(edges, found, 1)
        np.add.at(edges, found + length, -1)
    return np.cumsum(edges[:-1]) > 0
