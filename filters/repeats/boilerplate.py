"""Which lines of a document are boilerplate of its site: menus, notices and footers that its other pages have too.

Enters: a document's lines and for each the share of the site's documents that have it (0: too few). Leaves: runs of lines to
take out. That a line repeats is not enough: headings of statutes, "네.", table heads and "구문:" repeat in good text.

* **Edges.** A run of repeated lines that starts with the page or ends with it goes, as far in as it shows that it is the
  site's: by the weight of a clause (:mod:`.line_kinds`), by a line on nearly every page, or by lines as common as those already
  taken. Short sentences, headings and labels with values prove nothing and go only where the run goes on beyond them.
* **Within**: a run of lines that are no sentences, headings or items of a list, with the weight of a clause, not behind a
  heading; each on half of the site's pages. Near an edge, behind a title or a by-line, several lines in a row may be rarer.
* Fenced code stays. A table goes whole or not at all. What has no letters (rules, dates, page numbers) goes with the lines
  round it.

Where a line repeats with other numbers in it (its template), it counts only as data of a page about itself ("조회수 12").
"""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .line_kinds import MIN_WEIGHT, LineKind, kind_of

#: On so many of a site's pages a line is the site's even if it is short.
_EVERYWHERE = 0.9
#: A line belongs to those already taken if it is nearly as common.
_AS_COMMON = 0.8
#: As common as this a line is no title, and may go from the body.
_COMMON = 0.5
#: Lines of content between a run and the edge that it is near: a title, a by-line, a date.
_NEAR = 3
#: What a line says at most that its kind is asked for.
_MAX_SHOWN = 1_000
_SEPARATOR = re.compile(r"[\s\-=_*·.|~+─━═—–#]*$")
_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})(.*)$", re.MULTILINE)

#: States of a line: the document's own, without letters, repeated on the site.
CONTENT, NEUTRAL, REPEATED = 0, 1, 2

Run = tuple[int, int]


def line_states(num_letters: NDArray[np.int64], shares: NDArray[np.float64]) -> NDArray[np.int64]:
    """The state of each line, by its letters and the share of the site's documents that have it (0: too few)."""
    return np.where(num_letters == 0, NEUTRAL, np.where(shares > 0, REPEATED, CONTENT))


@dataclass(frozen=True)
class DocumentLines:
    """The lines of one text: where they start and end, their states, and the shares of the site's documents that have them.

    ``is_template``: the share is that of the line with any numbers in it.
    """

    text: str
    starts: Sequence[int]
    ends: Sequence[int]
    states: Sequence[int]
    shares: Sequence[float]
    is_template: Sequence[bool]

    def line(self, number: int) -> str:
        return self.text[self.starts[number] : self.ends[number]].strip()


class _Judged:
    """A document's lines while runs are looked for."""

    def __init__(self, lines: DocumentLines) -> None:
        self.lines = lines
        self.shares = lines.shares
        self.states = list(lines.states)
        self._protect()

    def kind(self, number: int) -> LineKind:
        kind = kind_of(self.lines.line(number)[:_MAX_SHOWN])
        # With numbers of its own it says something of its own, unless that is how often the page was read; so does a label
        # unless every page has the same value.
        own = self.lines.is_template[number] and not kind.of_page
        if own or (kind.is_label and self.shares[number] < _EVERYWHERE):
            return kind._replace(is_weak=True, in_body=False)
        return kind

    def may_go(self, number: int) -> bool:
        """Whether the line repeats and may be boilerplate in the midst of a page too."""
        return self.states[number] == REPEATED and self.kind(number).in_body

    def is_separator(self, number: int) -> bool:
        return self.states[number] == NEUTRAL and _SEPARATOR.match(self.lines.line(number)) is not None

    def _protect(self) -> None:
        """Fenced code, and tables of which a row is the document's own, are content."""
        text = self.lines.text
        if "```" in text or "~~~" in text:
            for first, last in self._fences():
                self.states[first:last] = [CONTENT] * (last - first)
        if text.startswith("|") or "\n|" in text:
            for first, last in self._tables():
                if CONTENT in self.states[first:last]:
                    self.states[first:last] = [CONTENT] * (last - first)

    def _fences(self) -> list[Run]:
        fences: list[Run] = []
        opened, mark = -1, ""
        for found in _FENCE.finditer(self.lines.text):
            number = bisect_right(self.lines.starts, found.start()) - 1
            if opened < 0:
                opened, mark = number, found[1]
            elif found[1].startswith(mark) and not found[2].strip():
                fences.append((opened, number + 1))
                opened = -1
        # Markdown lets a fence that nobody closes run to the end; a page that was cut short must not hide its footer so.
        return [*fences, (opened, opened + 1)] if opened >= 0 else fences

    def _tables(self) -> list[Run]:
        text = self.lines.text
        tables: list[Run] = []
        for number, start in enumerate(self.lines.starts):
            if text.startswith("|", start):
                if tables and tables[-1][1] == number:
                    tables[-1] = (tables[-1][0], number + 1)
                else:
                    tables.append((number, number + 1))
        return tables


def boilerplate_runs(lines: DocumentLines, *, min_share: float) -> list[Run]:
    """The runs of lines ``[first, last)`` to take out, in order, none touching another."""
    judged = _Judged(lines)
    num_lines = len(judged.states)
    head = _edge(judged, range(num_lines))
    tail = _edge(judged, range(num_lines - 1, head - 1, -1))
    last = num_lines - tail
    if tail:
        last = _with_heading(judged, head, last)
    runs = [(0, head)] if head else []
    if head < last and REPEATED in judged.states[head:last]:
        runs += _inner(judged, head, last, min_share=min_share)
    if tail:
        runs.append((last, num_lines))
    return _joined([_widened(judged, run) for run in runs])


def _edge(judged: _Judged, numbers: range) -> int:
    """How many lines from an edge inwards are boilerplate."""
    taken = pending = num_pending = 0
    top = 0.0
    for count, number in enumerate(numbers, start=1):
        state = judged.states[number]
        if state == CONTENT:
            break
        if state == NEUTRAL:
            continue
        kind = judged.kind(number)
        if kind.is_markup:
            break
        if kind.is_weak:
            continue
        share = judged.shares[number]
        pending += kind.weight
        num_pending += 1
        # One line that is not that common may be the title of a series.
        is_clause = pending >= MIN_WEIGHT and (num_pending > 1 or share >= _COMMON or kind.of_page)
        if is_clause or share >= _EVERYWHERE or (taken and share >= _AS_COMMON * top):
            taken, pending, num_pending, top = count, 0, 0, max(top, share)
    return taken


def _with_heading(judged: _Judged, first: int, last: int) -> int:
    """A repeated heading above boilerplate goes with it: nothing of its section is left."""
    number = last - 1
    while number >= first and judged.states[number] == NEUTRAL:
        number -= 1
    found = number >= first and judged.states[number] == REPEATED and judged.kind(number).is_heading
    return number if found else last


def _inner(judged: _Judged, first: int, last: int, *, min_share: float) -> list[Run]:
    """Runs between the edges' runs, made only of lines that may be boilerplate anywhere."""
    states = np.array(judged.states[first:last])
    content = np.cumsum(states == CONTENT).tolist()
    common = max(min_share, _COMMON)
    runs: list[Run] = []
    run: list[int] = []
    before = -1
    for place in np.flatnonzero(states == REPEATED).tolist():
        number = first + place
        if before < 0 or content[place] != content[before - first]:
            run = _closed(judged, run, runs, common)
        wanted = min_share if min(content[place], content[-1] - content[place]) <= _NEAR else common
        if judged.shares[number] < wanted or not judged.may_go(number):
            run = _closed(judged, run, runs, common)
        elif run or not _is_behind_heading(judged, number, first):
            # What stands behind a heading that stays is what the heading is of.
            run.append(number)
        before = number
    _closed(judged, run, runs, common)
    return runs


def _is_behind_heading(judged: _Judged, number: int, first: int) -> bool:
    number -= 1
    while number >= first and judged.states[number] == NEUTRAL:
        number -= 1
    return number >= first and judged.kind(number).is_heading


def _closed(judged: _Judged, run: list[int], runs: list[Run], common: float) -> list[int]:
    """Adds a run of line numbers to ``runs`` if it is enough; a new one."""
    if run and _is_enough(judged, run, common):
        runs.append((run[0], run[-1] + 1))
    return []


def _is_enough(judged: _Judged, run: Sequence[int], common: float) -> bool:
    """Whether lines in a row weigh as much as a clause, counting single ones only where they are common."""
    weight = sum(judged.kind(number).weight for number in run)
    return weight >= MIN_WEIGHT and (len(run) > 1 or judged.shares[run[0]] >= common)


def _widened(judged: _Judged, run: Run) -> Run:
    """A run with the empty lines and rules that would be left at an edge, or twice in the body."""
    first, last = run
    num_lines = len(judged.states)
    if last == num_lines:
        while first > 0 and judged.is_separator(first - 1):
            first -= 1
    elif first == 0 or judged.is_separator(first - 1):
        while last < num_lines and not judged.lines.line(last):
            last += 1
    return first, last


def _joined(runs: Sequence[Run]) -> list[Run]:
    joined: list[Run] = []
    for first, last in runs:
        if joined and first <= joined[-1][1]:
            joined[-1] = (joined[-1][0], last)
        else:
            joined.append((first, last))
    return joined
