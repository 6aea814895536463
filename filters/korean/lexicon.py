"""Lexicons of weighted terms, and all the terms of a text found in one pass.

Enters: TOML files of ``filters/korean/lexicons``, a table for each kind of evidence, in it lists of terms by weight::

    telling = 2.5

    [topic]
    4 = ["토토사이트"]

Leaves: for a text, the places of its terms with what they are evidence of. Matches do not overlap and the one that
begins first, then the longest, wins, so a harmless word in table ``guard`` hides a bad one inside it (시발점, 다시발견).
A second, smaller automaton has the *telling* terms of all lexicons: one pass for all rules, and most texts have none and
need no more.

Search is by Aho-Corasick (Aho & Corasick 1975), in ``ahocorasick_rs``: on Korean text and 1,500 terms 200 to 300 MB/s with
offsets in code points, where ``pyahocorasick`` makes 4 MB/s.
"""

import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any, NamedTuple

import ahocorasick_rs

from filters.korean.folding import Disguises, Spelt, disguises_of

GUARD = "guard"
#: The kinds that are about the subject itself, and phrases that frame pages for search engines;
#: promotion and counter-evidence never tell.
SUBJECT = ("topic", "frame", "slur", "abuse", "navigation", "cookie", "mail", "footer")
#: Kinds that anyone would disguise.
_DISGUISED = ("topic", "slur", "abuse", "contact")
_LONGEST = ahocorasick_rs.MatchKind.LeftmostLongest
_TABLE = ahocorasick_rs.Implementation.DFA


class Evidence(NamedTuple):
    """What a term tells: for which lexicon, of which kind, and how much."""

    lexicon: str
    kind: str
    weight: float


#: One place of a term: the number of the term, and where (code points, half-open).
Hit = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Terms of several lexicon files together; made once by :func:`load`.

    ``tells``: for each term the lexicons for which it is telling.
    """

    terms: tuple[str, ...]
    evidence: tuple[tuple[Evidence, ...], ...]
    tells: tuple[tuple[str, ...], ...]
    automaton: ahocorasick_rs.AhoCorasick = field(repr=False)
    disguises: Disguises = field(repr=False)

    def find(self, text: str) -> list[Hit]:
        """Every term that stands in ``text`` as it is written."""
        return _search(self.automaton, text)

    def find_disguised(self, text: str, seen: Spelt) -> list[Hit]:
        """Every telling term that stands in ``text`` in disguise."""
        return [(found.word, found.start, found.end) for found in self.disguises.find(text, seen)]


@cache
def _telling_terms() -> tuple[ahocorasick_rs.BytesAhoCorasick, tuple[tuple[str, ...], ...]]:
    """The telling terms and guards of all lexicons, and for each for which of them it tells."""
    folder = resources.files("filters.korean") / "lexicons"
    lexicon = load(*sorted(path.name.removesuffix(".toml") for path in folder.iterdir() if path.name.endswith(".toml")))
    kept = [
        number
        for number, known in enumerate(lexicon.evidence)
        if lexicon.tells[number] or any(told.kind == GUARD for told in known)
    ]
    # Without offsets bytes do, which need no map to code points.
    patterns = [lexicon.terms[number].encode() for number in kept]
    automaton = ahocorasick_rs.BytesAhoCorasick(patterns, matchkind=_LONGEST, implementation=_TABLE)
    return automaton, tuple(lexicon.tells[number] for number in kept)


def telling(text: str) -> Mapping[str, int]:
    """How many places of ``text`` have telling terms of each lexicon; none for a lexicon without."""
    automaton, tells = _telling_terms()
    matches = automaton.find_matches_as_indexes(text.encode("utf-8", "surrogatepass"))
    return Counter([name for pattern, _, _ in matches for name in tells[pattern]])


def _search(automaton: ahocorasick_rs.AhoCorasick, text: str) -> list[Hit]:
    try:
        return automaton.find_matches_as_indexes(text)
    except UnicodeEncodeError:
        # Lone surrogates: a replacement of the same length keeps the offsets.
        clean = "".join("\ufffd" if "\ud800" <= char <= "\udfff" else char for char in text)
        return automaton.find_matches_as_indexes(clean)


def _cases(term: str) -> set[str]:
    """The term as it may be written: Latin letters in either case."""
    return {term} if not any(char.isascii() and char.isalpha() for char in term) else {term, term.lower(), term.upper()}


def _read(name: str) -> dict[str, Any]:
    path = resources.files("filters.korean") / "lexicons" / f"{name}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


@cache
def load(*names: str) -> Lexicon:
    """The lexicons ``names`` as one.

    Raises:
        ValueError: where a lexicon holds an empty term.
    """
    evidence: dict[str, list[Evidence]] = {}
    least: dict[str, float] = {}
    for name in names:
        tables = _read(name)
        least[name] = float(tables.pop("telling"))
        for kind, by_weight in tables.items():
            for weight, terms in by_weight.items():
                _add(evidence, terms, Evidence(name, kind, float(weight)))
    _inherit(evidence)
    terms = tuple(evidence)
    tells = tuple(
        tuple(sorted({told.lexicon for told in evidence[term] if told.kind in SUBJECT and told.weight >= least[told.lexicon]}))
        for term in terms
    )
    hidden = [
        term if any(told.kind in _DISGUISED and (told.kind == "contact" or tells[number]) for told in evidence[term]) else ""
        for number, term in enumerate(terms)
    ]
    return Lexicon(
        terms=terms,
        evidence=tuple(map(tuple, evidence.values())),
        tells=tells,
        automaton=ahocorasick_rs.AhoCorasick(terms, matchkind=_LONGEST, implementation=_TABLE),
        disguises=disguises_of(hidden),
    )


def _add(evidence: dict[str, list[Evidence]], terms: Iterable[str], told: Evidence) -> None:
    for term in terms:
        if not term.strip():
            raise ValueError(f"lexicons/{told.lexicon}.toml: an empty term in [{told.kind}]; take it out")
        for written in sorted(_cases(term)):
            known = evidence.setdefault(written, [])
            if told not in known:
                known.append(told)


def _inherit(evidence: Mapping[str, list[Evidence]]) -> None:
    """Give each term what shorter terms inside it are evidence of as a topic, for the longer one hides them."""
    topics = {term: [told for told in known if told.kind == "topic"] for term, known in evidence.items()}
    for term, known in evidence.items():
        if not any(told.kind in ("topic", "frame", "promotion", "contact") for told in known):
            continue
        inside = {term[low:high] for low in range(len(term)) for high in range(low + 2, len(term) + 1)} - {term}
        best: dict[str, Evidence] = {}
        for told in sorted(told for shorter in inside for told in topics.get(shorter, ())):
            best[told.lexicon] = told
        has_topic = {told.lexicon for told in known if told.kind == "topic"}
        known += [best[name] for name in sorted(best) if name not in has_topic]
