"""``malmoi filter``: the verdict of a recipe's filter stage on documents from standard input, outside a build.

What enters: JSON Lines, ``{"id", "text"}``; a line may say its ``segment`` (``"code"`` goes by the code rules), ``language``
and ``uri`` as well. What leaves, for every line and in the same order: ``{"id", "keep", "reasons": [{"rule", "value",
"threshold", "detail"}], "segment", "language", "scores"}``. The text is judged in normal form, as ingest would write it.
"""

import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import IO, Any

from filters.document import Document, Failure
from filters.normalise import normalise

from .json_lines import BATCH_ROWS, Entry, answer_lines
from .judge import Verdict
from .recipe import SHIPPED, LoadedRecipe, RecipeError, load_recipe
from .stages.filter import Filter

#: The rules that are used where no recipe is named: the shipped ones for Korean.
DEFAULT_RECIPE = str(SHIPPED / "korean.toml")


def run_filter(
    recipe_path: str | None,
    lines_in: Iterable[bytes],
    out: IO[str],
    *,
    messages: IO[str] | None = None,
    text_column: str = "text",
    id_column: str = "id",
    batch_rows: int = BATCH_ROWS,
) -> int:
    """Judges every line of ``lines_in``; the exit code: 0, 1 if no line at all could be read, 2 for a wrong recipe.

    The recipe need not say what is built. It may be named as a path; None is the shipped one.
    ``batch_rows`` is how many documents are read before the first verdict is written; 1 suits somebody who types.
    """
    told: IO[str] = sys.stderr if messages is None else messages
    try:
        verdicts = _Verdicts(load_recipe(recipe_path or DEFAULT_RECIPE, rules_only=True))
    except RecipeError as error:
        print(f"malmoi: {error}", file=told)
        return 2
    columns = {"text_column": text_column, "id_column": id_column}
    return answer_lines(verdicts, lines_in, out, messages=told, batch_rows=batch_rows, **columns)


class _Verdicts:
    """What the filter stage of a recipe says of documents, as it is written."""

    name = "filter"

    def __init__(self, loaded: LoadedRecipe) -> None:
        recipe = loaded.recipe
        base = os.path.normpath(os.path.join(loaded.directory, recipe.root))
        model = recipe.knowledge.model
        self._stage = Filter(recipe, None if not model else model if "://" in model else os.path.join(base, model))
        self._stage.setup()
        self._counts = {True: 0, False: 0}

    def answers(self, batch: Sequence[Entry]) -> list[dict[str, Any]]:
        documents = {entry.number: _document(entry) for entry in batch if not entry.problem}
        judged = {n: document for n, document in documents.items() if document.text and not document.text.isspace()}
        verdicts = dict(zip(judged, self._of([*judged.values()]), strict=True))
        answers = [_answer(entry, *verdicts.get(entry.number, (_without_text(entry), {}))) for entry in batch]
        for entry, answer in zip(batch, answers, strict=True):
            if not entry.problem:
                self._counts[answer["keep"]] += 1
        return answers

    def summary(self) -> str:
        return f": {self._counts[True]:,} kept, {self._counts[False]:,} dropped"

    def _of(self, documents: Sequence[Document]) -> list[tuple[Verdict, dict[str, float]]]:
        """The verdict on each document, and its scores."""
        verdicts, _, _, knowledge = self._stage.judge_and_edit(documents)
        scores = [{"language": score} for score in verdicts.language_scores.tolist()]
        for row, score in knowledge.items():
            scores[row]["knowledge"] = score
        return [*zip(verdicts, scores, strict=True)]


def _without_text(entry: Entry) -> Verdict:
    blank = Failure("empty_text", detail="nothing but white space")
    return Verdict("", "", 0.0, [Failure("unreadable", detail=entry.problem) if entry.problem else blank])


def _answer(entry: Entry, verdict: Verdict, scores: Mapping[str, float]) -> dict[str, Any]:
    return {
        "id": entry.id,
        "keep": not verdict.failures,
        "reasons": [reason(failure) for failure in verdict.failures],
        "segment": verdict.segment,
        "language": verdict.language,
        "scores": {name: _number(value) for name, value in scores.items()},
    }


def reason(failure: Failure) -> dict[str, Any]:
    """A failing rule as it is written."""
    value, threshold = _number(failure.value), _number(failure.threshold)
    return {"rule": failure.rule, "value": value, "threshold": threshold, "detail": failure.detail}


def _document(entry: Entry) -> Document:
    """The document as ingest would hand it on: prose in normal form, code as it is."""
    fields = entry.fields
    segment = "code" if fields.get("segment") == "code" else ""
    text = entry.text if segment else normalise(entry.text)[0]
    name = "" if entry.id is None else str(entry.id)
    language = fields.get("language", "") if segment else ""
    return Document(id=name, text=text, source="", uri=fields.get("uri", ""), segment=segment, language=language)


def _number(value: float | None) -> float | None:
    """A number that JSON has: NaN and the infinities are null; 3.0 is 3."""
    if value is None or value != value or value in (float("inf"), float("-inf")):
        return None
    # NumPy's numbers and those of float32 are shown with what they know: six digits.
    return int(value) if value == int(value) and abs(value) < 1 << 53 else float(f"{value:.6g}")
