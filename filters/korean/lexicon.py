"""Lexicons of weighted terms, and all the terms of a text found in one pass.

Enters: TOML files of ``filters/korean/lexicons``, a table for each kind of evidence, in it lists of terms by weight::

    [topic]
    3 = ["토토사이트"]

Leaves: for a text, the places of its terms with what they are evidence of. Matches do not overlap and the one that
begins first, then the longest, wins, so a harmless word in table ``guard`` hides a bad one inside it (시발점, 다시발견).
Search is by Aho-Corasick (Aho & Corasick 1975), in ``ahocorasick_rs``: on Korean text and 1,500 terms 200 to 300 MB/s with
offsets in code points, where ``pyahocorasick`` makes 4 MB/s.
"""

import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import NamedTuple

import ahocorasick_rs

from filters.korean.folding import Disguises, disguises_of

GUARD = "guard"


class Evidence(NamedTuple):
    """What a term tells: for which lexicon, of which kind, and how much."""

    lexicon: str
    kind: str
    weight: float


class Hit(NamedTuple):
    """One place of a term: the number of the term, and where (code points, half-open)."""

    term: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Terms of several lexicon files in one automaton; made once by :func:`load`."""

    terms: tuple[str, ...]
    evidence: tuple[tuple[Evidence, ...], ...]
    automaton: ahocorasick_rs.AhoCorasick = field(repr=False)
    disguises: Disguises = field(repr=False)

    def find(self, text: str) -> list[Hit]:
        """Every term that stands in ``text`` as it is written."""
        try:
            matches = self.automaton.find_matches_as_indexes(text)
        except UnicodeEncodeError:
            # Lone surrogates: a replacement of the same length keeps the offsets.
            clean = "".join("\ufffd" if "\ud800" <= char <= "\udfff" else char for char in text)
            matches = self.automaton.find_matches_as_indexes(clean)
        return [Hit(*match) for match in matches]

    def find_disguised(self, text: str) -> list[Hit]:
        """Every term that stands in ``text`` in disguise."""
        return [Hit(*disguise) for disguise in self.disguises.find(text)]

    def counts(self, hits: Iterable[Hit]) -> Counter[int]:
        """How often each term was found."""
        return Counter(hit.term for hit in hits)


def _cases(term: str) -> set[str]:
    """The term as it may be written: Latin letters in either case."""
    return {term} if not any(char.isascii() and char.isalpha() for char in term) else {term, term.lower(), term.upper()}


def _read(name: str) -> Mapping[str, Mapping[str, Sequence[str]]]:
    path = resources.files("filters.korean") / "lexicons" / f"{name}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


@cache
def load(*names: str) -> Lexicon:
    """The lexicons ``names`` as one.

    Raises:
        ValueError: where a lexicon holds an empty term.
    """
    evidence: dict[str, list[Evidence]] = {}
    for name in names:
        for kind, by_weight in _read(name).items():
            for weight, terms in by_weight.items():
                for term in terms:
                    if not term.strip():
                        raise ValueError(f"lexicons/{name}.toml: an empty term in [{kind}]; take it out")
                    for written in sorted(_cases(term)):
                        known = evidence.setdefault(written, [])
                        told = Evidence(name, kind, float(weight))
                        if told not in known:
                            known.append(told)
    _inherit(evidence)
    hidden = [term if any(_can_hide(told) for told in evidence[term]) else "" for term in evidence]
    automaton = ahocorasick_rs.AhoCorasick(
        list(evidence),
        matchkind=ahocorasick_rs.MatchKind.LeftmostLongest,
        implementation=ahocorasick_rs.Implementation.DFA,
    )
    return Lexicon(tuple(evidence), tuple(map(tuple, evidence.values())), automaton, disguises_of(hidden))


def _inherit(evidence: Mapping[str, list[Evidence]]) -> None:
    """Give each term what shorter terms inside it are evidence of as a topic, for the longer one hides them."""
    topics = {term: [told for told in known if told.kind == "topic"] for term, known in evidence.items()}
    for term, known in evidence.items():
        if not any(told.kind in ("topic", "promotion", "contact") for told in known):
            continue
        inside = {term[low:high] for low in range(len(term)) for high in range(low + 2, len(term) + 1)} - {term}
        best: dict[str, Evidence] = {}
        for told in sorted(told for shorter in inside for told in topics.get(shorter, ())):
            best[told.lexicon] = told
        has_topic = {told.lexicon for told in known if told.kind == "topic"}
        known += [best[name] for name in sorted(best) if name not in has_topic]


def _can_hide(told: Evidence) -> bool:
    """Whether anyone would disguise such a term."""
    return told.kind in ("topic", "slur", "abuse", "contact")
