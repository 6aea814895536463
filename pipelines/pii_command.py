"""``malmoi pii``: finds and replaces personal data in documents from standard input, outside a build.

What enters: JSON Lines, ``{"id", "text"}``. What leaves, for every line and in the same order: ``{"id", "text", "spans":
[{"start", "end", "entity", "score"}]}``: the text with what was found replaced as the recipe says, and where it stood, in code
points of the text that came in. A line that cannot be read gives ``"text": null``, no spans and an ``"error"``: what could not
be searched is never handed on.
"""

import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import IO, Any

from filters.pii.span import Span

from .filter_command import DEFAULT_RECIPE
from .json_lines import BATCH_ROWS, Entry, answer_lines
from .pii_editor import PiiEditor
from .recipe import RecipeError, load_recipe


def run_pii(
    recipe_path: str | None,
    lines_in: Iterable[bytes],
    out: IO[str],
    *,
    messages: IO[str] | None = None,
    text_column: str = "text",
    id_column: str = "id",
    batch_rows: int = BATCH_ROWS,
) -> int:
    """Searches every line of ``lines_in``; the exit code: 0, 1 if no line at all could be read, 2 for a wrong recipe."""
    told: IO[str] = sys.stderr if messages is None else messages
    try:
        editor = PiiEditor(load_recipe(recipe_path or DEFAULT_RECIPE, rules_only=True).recipe.pii)
    except RecipeError as error:
        print(f"malmoi: {error}", file=told)
        return 2
    columns = {"text_column": text_column, "id_column": id_column}
    return answer_lines(_Edits(editor), lines_in, out, messages=told, batch_rows=batch_rows, **columns)


class _Edits:
    """Documents without personal data, as they are written."""

    name = "pii"

    def __init__(self, editor: PiiEditor) -> None:
        self._editor = editor
        self._num_hit = 0
        self._by_entity: Counter[str] = Counter()

    def answers(self, batch: Sequence[Entry]) -> list[dict[str, Any]]:
        return [self._answer(entry) for entry in batch]

    def _answer(self, entry: Entry) -> dict[str, Any]:
        if entry.problem:
            return {"id": entry.id, "text": None, "spans": [], "error": entry.problem}
        spans = self._editor.find(entry.text)
        text = entry.text
        if spans:
            text, counts = self._editor.replace(text, spans)
            self._num_hit += 1
            self._by_entity.update(counts)
        return {"id": entry.id, "text": text, "spans": [as_object(span) for span in spans]}

    def summary(self) -> str:
        kinds = ", ".join(f"{count:,} {entity}" for entity, count in sorted(self._by_entity.items()))
        return f", {self._num_hit:,} with personal data" + (f": {kinds}" if kinds else "")


def as_object(span: Span) -> dict[str, Any]:
    """A span as it is written."""
    return {"start": span.start, "end": span.end, "entity": span.entity, "score": round(float(span.score), 4)}
