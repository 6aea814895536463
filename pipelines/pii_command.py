"""``malmoi pii``: finds and replaces personal data in documents from standard input, outside a build.

What enters: JSON Lines, ``{"id", "text"}``. What leaves, for every line and in the same order: ``{"id", "text", "spans":
[{"start", "end", "entity", "score"}]}``: the text with what was found replaced as the recipe says, and where it stood, in code
points of the text that came in. A line that cannot be read gives ``"text": null``, no spans and an ``"error"``: what could not
be searched is never handed on.
"""

import sys
from collections.abc import Iterable, Mapping
from typing import IO, Any

from tqdm import tqdm

from filters.pii.span import Span

from .filter_command import DEFAULT_RECIPE
from .json_lines import BATCH_ROWS, Complaints, Entry, counted, in_batches, read_entries, write_line
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
    complaints = Complaints(told)
    by_entity: dict[str, int] = {}
    num_documents = num_hit = 0
    entries = read_entries(lines_in, text_column=text_column, id_column=id_column)
    with tqdm(desc="pii", unit=" documents", file=told, disable=None) as bar:
        for batch in in_batches(entries, rows=batch_rows):
            for entry in batch:
                if entry.problem:
                    complaints.add(entry)
                    write_line(out, {"id": entry.id, "text": None, "spans": [], "error": entry.problem})
                    continue
                answer, counts = _edited(editor, entry)
                write_line(out, answer)
                num_documents += 1
                num_hit += bool(answer["spans"])
                for entity, count in counts.items():
                    by_entity[entity] = by_entity.get(entity, 0) + count
            out.flush()
            bar.update(len(batch))
    complaints.close()
    return _conclude(num_documents, num_hit, by_entity, complaints.num_lines, told)


def _edited(editor: PiiEditor, entry: Entry) -> tuple[dict[str, Any], Mapping[str, int]]:
    spans = editor.find(entry.text)
    text, counts = editor.replace(entry.text, spans) if spans else (entry.text, {})
    return {"id": entry.id, "text": text, "spans": [as_object(span) for span in spans]}, counts


def as_object(span: Span) -> dict[str, Any]:
    """A span as it is written."""
    return {"start": span.start, "end": span.end, "entity": span.entity, "score": round(float(span.score), 4)}


def _conclude(num_documents: int, num_hit: int, by_entity: Mapping[str, int], num_unreadable: int, messages: IO[str]) -> int:
    kinds = ", ".join(f"{count:,} {entity}" for entity, count in sorted(by_entity.items()))
    told = f"malmoi: {counted(num_documents, 'document')}, {num_hit:,} with personal data" + (f": {kinds}" if kinds else "")
    told += f"; {counted(num_unreadable, 'line')} could not be read" if num_unreadable else ""
    print(told, file=messages)
    if num_unreadable and not num_documents:
        print('malmoi: no line is a document; give JSON Lines: one {"id": "…", "text": "…"} a line', file=messages)
        return 1
    return 0
