"""The table of a mix: which documents share a target, and what each target is as a share of the whole.

Cells and wishes enter. Groups (segment, language, source) and rows (a segment, or one of its languages, or all of those
without a share of their own) leave, with the shares that had to be given up.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from mixing.wishes import OTHERS, Cell, InfeasibleMix, SourceWish, Wishes, exact_shares


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The cells of one source in one language of one segment. ``weight``: its natural size among its language's sources."""

    segment: str
    language: str
    source: str
    cells: tuple[int, ...]
    tokens: int
    capacity: int
    weight: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Groups whose tokens together are ``share`` of the mix; ``language`` is ``None`` for a whole segment."""

    segment: str
    language: str | None
    share: Fraction
    members: tuple[int, ...]
    tokens: int
    capacity: int

    @property
    def label(self) -> str:
        if self.language is None:
            return self.segment
        return f"{self.language} in {self.segment}" if self.language != OTHERS else f"other languages in {self.segment}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """``missing``: labels and shares of what has no tokens and was given up; ``segments``: what the rows of each add up to."""

    groups: tuple[Group, ...]
    rows: tuple[Row, ...]
    segments: tuple[Row, ...]
    missing: tuple[tuple[str, Fraction], ...]


def table_of(cells: Sequence[Cell], wishes: Wishes) -> Table:
    """Raises :class:`InfeasibleMix` where something without any tokens is to have a share."""
    shares = exact_shares(wishes.segments)
    for cell in cells:
        if cell.tokens and cell.segment not in shares:
            raise ValueError(f"{cell.segment} has {cell.tokens} tokens but no share: give it one, 0 to leave it out")
    groups = _groups(cells, wishes)
    rows: list[Row] = []
    missing: list[tuple[str, Fraction]] = []
    segments: list[Row] = []
    for segment, share in shares.items():
        members = [number for number, group in enumerate(groups) if group.segment == segment and _may_be_used(group, wishes)]
        if not share:
            continue
        if not members:
            raise InfeasibleMix(
                f"{segment} is to be {float(share):.4g} of the mix and has no tokens after filtering: "
                "add a source of it, loosen its filters, or set its share to 0"
            )
        own, lacking = _language_rows(segment, share, members, groups, wishes)
        rows += own
        missing += lacking
        together = tuple(sorted(number for row in own for number in row.members))
        segments.append(_row(segment, None, share, together, groups))
    return Table(groups=groups, rows=tuple(rows), segments=tuple(segments), missing=tuple(missing))


def _may_be_used(group: Group, wishes: Wishes) -> bool:
    return group.tokens > 0 and wishes.sources.get(group.source, SourceWish()).max > 0


def _groups(cells: Sequence[Cell], wishes: Wishes) -> tuple[Group, ...]:
    places: dict[tuple[str, str, str], list[int]] = {}
    for place, cell in enumerate(cells):
        places.setdefault((cell.segment, cell.language, cell.source), []).append(place)
    return tuple(
        Group(
            segment=segment,
            language=language,
            source=source,
            cells=tuple(own),
            tokens=sum(cells[place].tokens for place in own),
            capacity=sum(capacity_of(cells[place], wishes.max_epochs) for place in own),
            weight=_exact(wishes.sources.get(source, SourceWish()).weight)
            * sum((_exact(cells[place].factor) * cells[place].tokens for place in own), Fraction(0)),
        )
        for (segment, language, source), own in sorted(places.items())
    )


def capacity_of(cell: Cell, max_epochs: int) -> int:
    return cell.tokens * max_epochs if cell.capacity < 0 else cell.capacity


def cell_weight(cell: Cell) -> Fraction:
    """How much of its group's tokens a cell gives as long as no cap binds."""
    return _exact(cell.factor) * cell.tokens


def _exact(number: float) -> Fraction:
    return Fraction(number).limit_denominator(1_000_000)


def _row(segment: str, language: str | None, share: Fraction, members: Sequence[int], groups: Sequence[Group]) -> Row:
    return Row(
        segment=segment,
        language=language,
        share=share,
        members=tuple(members),
        tokens=sum(groups[number].tokens for number in members),
        capacity=sum(groups[number].capacity for number in members),
    )


def _language_rows(
    segment: str, share: Fraction, members: Sequence[int], groups: Sequence[Group], wishes: Wishes
) -> tuple[list[Row], list[tuple[str, Fraction]]]:
    """The rows of a segment, and what it lacks: under ``relax`` the shares of those that there are grow for it."""
    wished = wishes.languages.get(segment)
    if not wished:
        return [_row(segment, None, share, members, groups)], []
    inside = {language: part for language, part in exact_shares(wished).items() if part}
    by_language: Mapping[str, list[int]] = {language: [] for language in inside}
    for number in members:
        language = groups[number].language
        by_language.get(language if language in wished and language != OTHERS else OTHERS, []).append(number)
    lacking = [language for language, own in by_language.items() if not own]
    there = sum((part for language, part in inside.items() if language not in lacking), Fraction(0))
    if lacking and (wishes.short != "relax" or not there):
        label = _row(segment, lacking[0], share, (), groups).label
        raise InfeasibleMix(
            f"{label} is to be {float(inside[lacking[0]]):.4g} of {segment} and has no tokens after filtering: "
            'add a source of it, loosen its filters, take its share out, or set short = "relax", which gives it to the others'
        )
    rows = [
        _row(segment, language, share * part / there, by_language[language], groups)
        for language, part in inside.items()
        if language not in lacking
    ]
    return rows, [(_row(segment, language, share, (), groups).label, share * inside[language]) for language in lacking]
