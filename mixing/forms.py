"""The form of each use of a document: plain, or one of the two of fill-in-the-middle.

Hashes of documents and numbers of uses enter, a form for each leaves: a pure function of (document hash, repeat), by bits
that are independent of those that order documents, so that whether a use is taken says nothing about its form.
FIM and its two forms, prefix-suffix-middle and suffix-prefix-middle: Bavarian et al. 2022 (arXiv 2207.14255).
"""

import numpy as np
import numpy.typing as npt

from mixing.repeats import use_hashes

#: The text as it is.
PLAIN = 0
#: Prefix, suffix, middle.
PSM = 1
#: Suffix first, then prefix and middle.
SPM = 2

_FORM_STREAM = 1
_HALF = np.uint64(32)


def forms(
    hashes: npt.NDArray[np.uint64],
    repeat: int | npt.NDArray[np.int64],
    *,
    fim_rate: float | npt.NDArray[np.float64],
    spm: float,
) -> npt.NDArray[np.int8]:
    """The form of use ``repeat`` of each document: 0 plain, 1 PSM, 2 SPM.

    ``fim_rate`` is the share of uses that are FIM, one for all or one for each; ``spm`` the share of SPM among those. A
    document too long for FIM is plain whatever this says: the caller knows it by its ``fim_tokens`` of 0.
    """
    bits = use_hashes(hashes, repeat, stream=_FORM_STREAM)
    # 32 bits for each of the two questions: far finer than any rate that a recipe can mean.
    is_fim = (bits >> _HALF) < np.asarray(fim_rate) * 2.0**32
    is_spm = (bits & np.uint64(0xFFFFFFFF)) < spm * 2.0**32
    return np.where(is_fim, np.where(is_spm, SPM, PSM), PLAIN).astype(np.int8)
