"""Which symbols of benchmark questions stand only in runs that many questions share: instructions, forms, names of subjects.

Enters: the symbols of all questions. Leaves: True for each that no rare run covers. A benchmark tells by itself what is common
in it, whatever its language.
"""

import numpy as np

from filters.contamination.skeleton import BoolArray, IntArray
from filters.near_duplicates.hashing import Hashes, run_hashes

#: Runs of so many symbols are what items are compared by.
RUN = 4
#: A run is common if more questions than this have it: at least so many, and such a share of all.
_COMMON_TEXTS, _COMMON_SHARE = 10, 0.002


def in_shared_runs(symbols: Hashes, starts: IntArray) -> BoolArray:
    """Which of the symbols of texts, text i from ``starts[i]`` to ``starts[i + 1]``, stand in common runs alone."""
    texts = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    runs = run_hashes(symbols, n=RUN)
    if not len(runs):
        return np.zeros(len(symbols), dtype=np.bool_)
    order = np.flatnonzero(texts[: len(runs)] == texts[RUN - 1 :])
    order = order[np.lexsort((texts[order], runs[order]))]
    new_run = np.ones(len(order), dtype=np.bool_)
    new_run[1:] = runs[order[1:]] != runs[order[:-1]]
    new_text = new_run.copy()
    new_text[1:] |= texts[order[1:]] != texts[order[:-1]]
    num_texts = np.bincount(np.cumsum(new_run) - 1, weights=new_text, minlength=1)[np.cumsum(new_run) - 1]
    rare = order[num_texts <= max(_COMMON_TEXTS, _COMMON_SHARE * (len(starts) - 1))]
    # A text of fewer symbols than a run shares none.
    return ~_covered(rare, len(symbols)) & _covered(order, len(symbols))


def _covered(firsts: IntArray, size: int) -> BoolArray:
    edges = np.bincount(firsts, minlength=size + 1) - np.bincount(firsts + RUN, minlength=size + 1)[: size + 1]
    return np.cumsum(edges[:size]) > 0
