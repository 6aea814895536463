"""fastText behind a small door: trained on lines of tokens, opened from a file, asked for log odds.

Enters: lines of tokens (:mod:`filters.knowledge.features`). Leaves: a model file, and margins. Joulin et al. 2016
(arXiv:1607.01759): the mean of the vectors of tokens and token pairs, and a linear classifier on it. One thread and a seed,
so the same lines give the same bytes.
"""

import os
import tempfile
from collections.abc import Iterable, Sequence
from math import log
from pathlib import Path
from typing import Protocol, cast

import numpy as np

from filters.knowledge.measures import FloatArray

#: Vectors of 8 numbers and 2^16 buckets for pairs: 2 MB and what the vocabulary takes.
_SETTINGS: dict[str, int | float | str] = {
    "lr": 0.3,
    "epoch": 8,
    "dim": 8,
    "wordNgrams": 2,
    "bucket": 1 << 16,
    "minCount": 3,
    "loss": "softmax",
    "thread": 1,
    "seed": 1,
    "verbose": 0,
}
_LABEL_PREFIX = "__label__"
KNOWLEDGE, ORDINARY = "knowledge", "ordinary"
#: fastText adds this to what it takes the logarithm of: no margin is farther from 0 than 11.5.
_LEAST = 1e-5


class Model(Protocol):
    """What is used of fastText's compiled module; its Python wrapper puts a NumPy array round every number."""

    def loadModel(self, path: str, /) -> None: ...  # noqa: N802
    def saveModel(self, path: str, /) -> None: ...  # noqa: N802
    def getLabels(self, on_unicode_error: str, /) -> tuple[list[str], list[int]]: ...  # noqa: N802
    def predict(self, line: str, k: int, threshold: float, on_unicode_error: str, /) -> list[tuple[float, str]]: ...


class _Trained(Protocol):
    f: Model


def fit(lines: Iterable[tuple[str, str]]) -> Model:
    """A model from (label, line) pairs; the order matters to the result.

    Raises:
        ValueError: nothing that appears often enough to learn from.
    """
    import fasttext

    # fastText reads a file, in text mode of its own.
    handle, path = tempfile.mkstemp(prefix="malmoi-knowledge-", suffix=".txt")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as out:
            out.writelines(f"{_LABEL_PREFIX}{label} {line}\n" for label, line in lines)
        trained = cast(_Trained, fasttext.train_supervised(input=path, **_SETTINGS))
    except (ValueError, RuntimeError) as error:
        raise ValueError(f"fastText could not train on the material ({error}): give more documents on both sides") from error
    finally:
        os.unlink(path)
    return trained.f


def save(model: Model, path: Path) -> None:
    model.saveModel(str(path))


def load(path: Path) -> Model:
    """Opens a model file.

    Raises:
        ValueError: no file, or not a knowledge model.
    """
    import fasttext_pybind

    if not path.is_file():
        raise ValueError(f"there is no knowledge model at {path}; train one with `malmoi knowledge train`")
    model = cast(Model, fasttext_pybind.fasttext())
    try:
        model.loadModel(str(path))
        labels = set(model.getLabels("replace")[0])
    except (ValueError, RuntimeError, MemoryError) as error:
        raise ValueError(f"{path} is no fastText model ({error}); train it again with `malmoi knowledge train`") from error
    if labels != {_LABEL_PREFIX + KNOWLEDGE, _LABEL_PREFIX + ORDINARY}:
        raise ValueError(f"{path} is a fastText model for other labels; train one with `malmoi knowledge train`")
    return model


def margins(model: Model, lines: Sequence[str]) -> FloatArray:
    """The log odds of knowledge for each line."""
    wanted = _LABEL_PREFIX + KNOWLEDGE
    found: list[float] = []
    for line in lines:
        # A line that holds no known token has no prediction.
        (score, label), *_ = model.predict(line + "\n", 1, 0.0, "replace") or [(0.5, wanted)]
        best = min(score, 1.0)
        odds = log((best + _LEAST) / (1.0 - best + _LEAST))
        found.append(odds if label == wanted else -odds)
    return np.array(found, dtype=np.float64)
