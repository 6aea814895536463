"""Takes what other documents have too out of the documents of one partition: boilerplate lines and repeated passages.

Enters: record batches, and what ``repeats`` wrote for the partition. Leaves: for each batch the texts that change, the edits
with their evidence, the documents of which nothing is left, and the passages that were found.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from filters.batch import Finding
from filters.near_duplicates.folding import FoldedTexts, fold_all
from filters.near_duplicates.hashing import Hashes
from filters.repeats.boilerplate import NEUTRAL, DocumentLines, boilerplate_runs, line_states
from filters.repeats.fingerprints import Geometry
from filters.repeats.lines import Lines as FoundLines
from filters.repeats.lines import find_lines
from filters.repeats.passages import Passage, cut_spans, join_stretches, place_passages, subtract, without
from filters.repeats.sites import site_numbers
from pipelines.recipe_tables import Lines, Substrings
from pipelines.stages.repeats_index import line_keys

_SHOWN = 60

Ints = NDArray[np.int64]
Span = tuple[int, int]


class Edit(NamedTuple):
    """One edit of one document: how many places, in words, and how many characters went."""

    rule: str
    row: int
    num_places: int
    num_chars: int
    detail: str


@dataclass
class Edits:
    """What is to be done to a record batch. ``texts`` by row; a text with neither letter nor digit is no document any more."""

    texts: dict[int, str] = field(default_factory=dict[int, str])
    edits: list[Edit] = field(default_factory=list[Edit])
    passages: list[tuple[int, Passage]] = field(default_factory=list[tuple[int, Passage]])

    def findings(self, rows: NDArray[np.bool_]) -> list[Finding]:
        """The edits of ``rows``, rule by rule."""
        rules = sorted({edit.rule for edit in self.edits})
        told = [(rule, [edit for edit in self.edits if edit.rule == rule and rows[edit.row]]) for rule in rules]
        return [
            Finding(
                rule,
                np.array([edit.row for edit in own], dtype=np.int64),
                np.array([edit.num_places for edit in own], dtype=np.float64),
                None,
                [edit.detail for edit in own],
            )
            for rule, own in told
            if own
        ]


@dataclass(frozen=True)
class RepeatsEditor:
    """The edits of one partition. ``lines`` and ``sites``: sorted keys with their documents; ``passages`` in order of row."""

    lines_recipe: Lines
    substrings_recipe: Substrings
    line_keys: Hashes
    line_documents: Ints
    site_keys: Hashes
    site_documents: Ints
    passages: pa.Table

    @property
    def is_idle(self) -> bool:
        return not len(self.line_keys) and not self.passages.num_rows

    def edit(self, batch: pa.RecordBatch, rows: Ints, *, first_row: int) -> Edits:
        """What becomes of ``rows`` of a record batch that starts at ``first_row`` of its partition."""
        found = Edits()
        sites = self._site_sizes(batch, rows)
        stretches = self._stretches(first_row, first_row + batch.num_rows)
        concerned = [place for place, row in enumerate(rows.tolist()) if sites[place] or row + first_row in stretches]
        if not concerned:
            return found
        taken = rows[concerned]
        texts = batch.column("text").take(pa.array(taken)).to_pylist()
        folded = fold_all(texts)
        spans = self._boilerplate(batch, taken, texts, folded, found, sites[concerned])
        for place, row in enumerate(taken.tolist()):
            if own := stretches.get(row + first_row):
                spans[place] = self._repeated(row, texts[place], _places_of(folded, place), own, spans.get(place, []), found)
            if spans.get(place):
                found.texts[row] = without(texts[place], spans[place])
        return found

    def _site_sizes(self, batch: pa.RecordBatch, rows: Ints) -> Ints:
        """How many documents the site of each row has, 0 where too few for lines to count."""
        if not len(self.line_keys):
            return np.zeros(len(rows), dtype=np.int64)
        return _looked_up(self._sites(batch, rows), self.site_keys, self.site_documents)

    def _sites(self, batch: pa.RecordBatch, rows: Ints) -> Hashes:
        uris, sources = (batch.column(name).take(pa.array(rows)).to_pylist() for name in ("uri", "source"))
        return site_numbers(uris, sources, by=self.lines_recipe.by)

    def _stretches(self, first: int, end: int) -> dict[int, list[tuple[int, int, str]]]:
        """The repeated stretches by row of the partition, long enough ones only."""
        rows = self.passages["row"].to_numpy()
        start, stop = np.searchsorted(rows, [first, end])
        own: dict[int, list[tuple[int, int, str]]] = {}
        columns = (column.to_pylist() for column in self.passages.slice(start, stop - start).columns)
        for row, *stretch in zip(*columns, strict=True):
            own.setdefault(row, []).append(tuple(stretch))
        least = Geometry(self.substrings_recipe.min_chars).min_proven
        joined = {row: join_stretches(stretches, min_chars=least) for row, stretches in own.items()}
        return {row: stretches for row, stretches in joined.items() if stretches}

    def _boilerplate(
        self, batch: pa.RecordBatch, rows: Ints, texts: Sequence[str], folded: FoldedTexts, found: Edits, sizes: Ints
    ) -> dict[int, list[Span]]:
        """The spans of the lines that go, by place in ``rows``."""
        spans: dict[int, list[Span]] = {}
        if not sizes.any():
            return spans
        lines = find_lines(texts, folded)
        sites, of_site = self._sites(batch, rows)[lines.rows], sizes[lines.rows]
        exact = self._shares(lines.keys, lines.counted & (of_site > 0), sites, of_site)
        template = self._shares(lines.templates, lines.numbered & (of_site > 0), sites, of_site)
        concerned = np.flatnonzero(np.bincount(lines.rows[(exact > 0) | (template > 0)]))
        for place, own in _documents(lines, texts, folded, exact, template, concerned):
            runs = boilerplate_runs(own, min_share=self.lines_recipe.min_share)
            if runs:
                spans[place] = [_span(own, run) for run in runs]
                found.edits.append(_told(int(rows[place]), own, runs, spans[place]))
        return spans

    def _shares(self, keys: Hashes, asked: NDArray[np.bool_], sites: Hashes, of_site: Ints) -> NDArray[np.float64]:
        """The share of their site's documents that have the lines ``asked``, 0 below the recipe's least."""
        shares = np.zeros(len(keys))
        wanted = line_keys(keys[asked], sites[asked])
        shares[asked] = _looked_up(wanted, self.line_keys, self.line_documents) / of_site[asked]
        shares[shares < self.lines_recipe.min_share] = 0
        return shares

    def _repeated(
        self, row: int, text: str, places: Ints, stretches: Sequence[tuple[int, int, str]], gone: list[Span], found: Edits
    ) -> list[Span]:
        """What goes of a document, ``gone`` before: the passages that another holds first, where the recipe cuts them."""
        least = Geometry(self.substrings_recipe.min_chars).min_proven
        passages = [
            passage
            for passage in place_passages(text, places, stretches)
            # What goes as boilerplate is no passage.
            if not gone or subtract(gone, passage) >= least
        ]
        found.passages += [(row, passage) for passage in passages]
        if self.substrings_recipe.action != "cut" or not passages:
            return gone
        cuts = cut_spans(text, passages)
        if cuts:
            num_chars = sum(end - start for start, end in cuts)
            detail = f"{num_chars} characters, first in {passages[0].first}"
            found.edits.append(Edit("repeated_passage", row, len(cuts), num_chars, detail))
        return [*gone, *cuts]


def _looked_up(wanted: Hashes, keys: Hashes, values: Ints) -> Ints:
    """The value of each wanted key, 0 where there is none."""
    if not len(keys):
        return np.zeros(len(wanted), dtype=np.int64)
    places = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[places] == wanted, values[places], 0)


def _places_of(folded: FoldedTexts, place: int) -> Ints:
    """The places of the folded characters of one text, in that text."""
    return folded.positions[folded.starts[place] : folded.starts[place + 1]] - folded.text_starts[place]


def _documents(
    lines: FoundLines,
    texts: Sequence[str],
    folded: FoldedTexts,
    exact: NDArray[np.float64],
    template: NDArray[np.float64],
    concerned: Ints,
) -> Iterator[tuple[int, DocumentLines]]:
    """The lines of each concerned text with their shares."""
    common = np.maximum(exact, template)
    states = line_states(lines.num_letters, common)
    bounds = np.searchsorted(lines.rows, [concerned, concerned + 1])
    for place, first, last in zip(concerned.tolist(), *bounds.tolist(), strict=True):
        own = slice(first, last)
        offset = folded.text_starts[place]
        columns = (lines.starts[own] - offset, lines.ends[own] - offset, states[own], common[own], exact[own] == 0)
        yield place, DocumentLines(texts[int(place)], *(column.tolist() for column in columns))


def _span(lines: DocumentLines, run: Span) -> Span:
    """A run of lines as a span of the text, with the line end behind it, or at the end of the text with that before it."""
    first, last = run
    if last < len(lines.starts):
        return lines.starts[first], lines.starts[last]
    return max(lines.starts[first] - 1, 0), len(lines.text)


def _told(row: int, lines: DocumentLines, runs: Sequence[Span], spans: Sequence[Span]) -> Edit:
    num_lines = sum(state != NEUTRAL for first, last in runs for state in lines.states[first:last])
    num_chars = sum(end - start for start, end in spans)
    shown = next(line for first, last in runs for line in map(lines.line, range(first, last)) if any(map(str.isalpha, line)))
    shown = shown if len(shown) <= _SHOWN else f"{shown[: _SHOWN - 1]}…"
    return Edit("boilerplate_lines", row, num_lines, num_chars, f"{shown} ({num_chars} characters)")
