"""``malmoi filter``: the verdict of a recipe's filter stage on documents from standard input, outside a build.

What enters: JSON Lines, ``{"id", "text"}``; a line may say its ``segment`` (``"code"`` goes by the code rules), ``language``
and ``uri`` as well. What leaves, for every line and in the same order: ``{"id", "keep", "reasons": [{"rule", "value",
"threshold", "detail"}], "segment", "language", "scores"}``. The text is judged in normal form, as ingest would write it.
"""

import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import IO, Any

from tqdm import tqdm

from filters.document import Document, Failure
from filters.normalise import normalise

from .json_lines import BATCH_ROWS, Complaints, Entry, counted, in_batches, read_entries, write_line
from .judge import Judge, Verdict
from .pii_editor import PiiEditor
from .recipe import SHIPPED, LoadedRecipe, RecipeError, load_recipe

#: The rules that are used where no recipe is named: the shipped ones for Korean.
DEFAULT_RECIPE = str(SHIPPED / "korean.toml")


class Judgement:
    """What the filter stage of a recipe says of documents: its rules, and whether there is too much personal data."""

    def __init__(self, loaded: LoadedRecipe) -> None:
        recipe = loaded.recipe
        self._judge = Judge(recipe)
        self._editor = PiiEditor(recipe.pii) if recipe.pii.remove else None
        self._scorer = None
        if recipe.knowledge.model:
            from .stages.knowledge import open_scorer  # Kiwi and fastText, only where they are asked for

            base = os.path.normpath(os.path.join(loaded.directory, recipe.root))
            model = recipe.knowledge.model
            self._scorer = open_scorer(model if "://" in model else os.path.join(base, model))

    def of(self, documents: Sequence[Document]) -> list[tuple[Verdict, dict[str, float]]]:
        """The verdict on each document, and its scores."""
        if not documents:
            return []
        judged = [self._with_personal_data(*pair) for pair in zip(documents, self._judge.judge(documents), strict=True)]
        scores = [{"language": verdict.language_score} for verdict in judged]
        if self._scorer is not None:
            prose = [row for row, verdict in enumerate(judged) if verdict.segment not in ("", "code")]
            found = self._scorer.scores([documents[row].text for row in prose], [judged[row].language for row in prose])
            for row, score in zip(prose, found.tolist(), strict=True):
                scores[row]["knowledge"] = score
        return [*zip(judged, scores, strict=True)]

    def _with_personal_data(self, document: Document, verdict: Verdict) -> Verdict:
        if self._editor is None or verdict.failures:
            return verdict
        dense = self._editor.too_dense(document.text, self._editor.find(document.text))
        return verdict._replace(failures=[dense]) if dense else verdict


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
        judgement = Judgement(load_recipe(recipe_path or DEFAULT_RECIPE, rules_only=True))
    except RecipeError as error:
        print(f"malmoi: {error}", file=told)
        return 2
    counts = {"kept": 0, "dropped": 0}
    complaints = Complaints(told)
    entries = read_entries(lines_in, text_column=text_column, id_column=id_column)
    with tqdm(desc="filter", unit=" documents", file=told, disable=None) as bar:
        for batch in in_batches(entries, rows=batch_rows):
            for entry, answer in zip(batch, answers(judgement, batch), strict=True):
                if entry.problem:
                    complaints.add(entry)
                else:
                    counts["kept" if answer["keep"] else "dropped"] += 1
                write_line(out, answer)
            out.flush()
            bar.update(len(batch))
    complaints.close()
    return _conclude(counts, complaints.num_lines, told)


def answers(judgement: Judgement, batch: Sequence[Entry]) -> list[dict[str, Any]]:
    """What is written for every entry, in order."""
    documents = {entry.number: _document(entry) for entry in batch if not entry.problem}
    judged = {number: document for number, document in documents.items() if document.text and not document.text.isspace()}
    verdicts = dict(zip(judged, judgement.of([*judged.values()]), strict=True))
    return [_answer(entry, *verdicts.get(entry.number, (_without_text(entry), {}))) for entry in batch]


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


def _conclude(counts: dict[str, int], num_unreadable: int, messages: IO[str]) -> int:
    num_documents = sum(counts.values())
    told = f"malmoi: {counted(num_documents, 'document')}: {counts['kept']:,} kept, {counts['dropped']:,} dropped"
    told += f"; {counted(num_unreadable, 'line')} could not be read" if num_unreadable else ""
    print(told, file=messages)
    if num_unreadable and not num_documents:
        print('malmoi: no line is a document; give JSON Lines: one {"id": "…", "text": "…"} a line', file=messages)
        return 1
    return 0
