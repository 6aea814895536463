"""Korean that no Korean wrote: judged by the morphemes of a bounded sample (issue 3, point 2).

Enters: documents that passed all cheaper rules. Leaves: a finding for each sub-rule and the documents that fail it.

Three tiers keep the cost down. The first reads 128 runs of Hangul from evenly spread places by their endings alone
(:mod:`filters.korean.surface`): most prose is told from all junk by that. Of the rest the second reads 64 runs, or up to 192,
each analysed for itself and remembered (:mod:`filters.korean.eojeol`). Only where that looks like shuffled words, a list or
wrong spaces, the third has Kiwi read a passage with its words in other orders (:mod:`filters.korean.word_order`) or spaced
afresh (:mod:`filters.korean.spacing`). Kiwi's score alone condemns informal comments and tables, so that no sub-rule uses it
alone; thresholds are from ``benchmarks/calibrate_morphology.py``.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from filters.batch import Batch, Finding
from filters.korean import evidence
from filters.korean.eojeol import IMPOSSIBLE, WRONG, row_table
from filters.korean.evidence import told_findings
from filters.korean.filler import courtesy_share, loose_jamo, translated_density
from filters.korean.sampling import sample
from filters.korean.spacing import Spacing, spacing
from filters.korean.surface import Surface, read
from filters.korean.word_measures import Measures, measure
from filters.korean.word_order import order_gain
from filters.limits import check_at_least
from filters.view import BoolArray, FloatArray

#: An informal comment is short: its few words must be told apart more clearly than those of a full passage.
_FULL_PASSAGE_WORDS = 40
#: Syllables of a text that is no comment any more.
_LONGER_THAN_COMMENTS = 180
#: From here on the order of the words is not in doubt, and below this there is too little grammar for it to tell.
_MAX_ORDER, _MIN_GRAMMAR = 3.5, 0.3
#: Pairs of neighbours in a first sample of prose.
_FIRST_PAIRS = 52
#: Words that were cut apart: so many of one syllable or such a score, and endings that do not fit as well as this.
_APART_RUNS = 20
#: Prose has fewer places a run where the grammar wants a space.
_JOINED = 0.07
_APART_SINGLE, _APART_SCORE, _APART_FIT, _APART_FITS_ILL = 0.32, -8.8, 5.0, 3.5


@dataclass(frozen=True, kw_only=True)
class KoreanMorphology:
    """Limits outside which a document is dropped. Shares are of the runs of Hangul in the sample."""

    survivors_only: ClassVar[bool] = True

    surface_runs: int = 128
    sample_runs: int = 64
    doubt_runs: int = 192
    min_runs: int = 8
    min_fit: float = 4.5
    max_unknown_share: float = 0.4
    max_loose_jamo: float = 0.25
    max_rare_syllables: float = 0.08
    min_score: float = -10.0
    max_single_share: float = 0.45
    max_extra_spaces: float = 0.32
    max_spacing_difference: float = 0.42
    max_missing_spaces: float = 0.35
    max_joints: float = 0.14
    max_joints_informal: float = 0.35
    max_joints_comment: float = 2.5
    max_wrong_particles: float = 0.05
    min_order_gain: float = 1.8
    max_bare_nouns: float = 0.72
    min_function_morphemes: float = 0.2
    min_particles: float = 0.08
    min_distinct_pairs: float = 0.35
    max_courtesy: float = 0.62
    min_courtesy_sentences: int = 3
    max_translated: float = 20.0
    min_translated_kinds: int = 4

    def __post_init__(self) -> None:
        check_at_least("korean_morphology", "min_runs", self.min_runs)

    def judge_batch(self, batch: Batch) -> list[Finding]:
        """Every sub-rule that fails, over all documents of the batch."""
        surface, suspects = read(batch.texts, max_runs=self.surface_runs)
        found = [*self._repeated(batch.texts, surface), *self._courtesy(batch.texts, surface)]
        found += [*self._translated(batch.texts, surface), *self._jamo(batch, surface)]
        rows = np.flatnonzero(~self._is_prose(surface, suspects))
        if len(rows):
            closer = _Closer(self, [batch.texts[row] for row in rows], Surface(*np.array(surface)[:, rows]))
            found += [finding._replace(rows=rows[finding.rows]) for finding in closer.findings()]
        return found

    def _is_prose(self, surface: Surface, suspects: list[list[str]]) -> BoolArray:
        """The documents that the first tier clears: neighbours fit, and no other kind of junk is possible."""
        clear = (surface.fit >= self.min_fit) & (surface.num_pairs >= 16) & (surface.runs >= self.min_runs)
        clear &= (surface.single < 0.28) & (surface.syllables > 1.9) & (surface.syllables < 3.9) & (surface.long < 0.06)
        clear &= (surface.particles > 0.15) & (surface.rare < 0.02)
        for row in np.flatnonzero(clear):
            if suspects[row] and row_table().rows(suspects[row])[:, [WRONG, IMPOSSIBLE]].any():
                clear[row] = False
        return clear

    def _jamo(self, batch: Batch, surface: Surface) -> Iterator[Finding]:
        loose = np.array([*map(loose_jamo, batch.texts)])
        yield from told_findings(
            "korean_gibberish", loose > self.max_loose_jamo, loose, self.max_loose_jamo, lambda _: "loose letters of Hangul"
        )
        rare = (surface.rare > self.max_rare_syllables) & (surface.rare * surface.runs * surface.syllables >= 8)
        yield from told_findings(
            "korean_gibberish", rare, surface.rare, self.max_rare_syllables, lambda _: "syllables that no word has"
        )

    def _repeated(self, texts: list[str], m: Surface) -> Iterator[Finding]:
        def told(row: int) -> str:
            return evidence.commonest_pair(sample(texts[row], max_runs=self.surface_runs))

        repeated = (m.distinct < self.min_distinct_pairs) & (m.runs >= 20)
        yield from told_findings("korean_repeated_boilerplate", repeated, m.distinct, self.min_distinct_pairs, told)

    def _courtesy(self, texts: list[str], m: Surface) -> Iterator[Finding]:
        told, shares = [""] * len(texts), np.zeros(len(texts))
        for row in np.flatnonzero((m.courtesy > self.max_courtesy / 2) & (m.runs >= self.min_runs)):
            found = courtesy_share(texts[row])
            if found.num_sentences >= self.min_courtesy_sentences:
                shares[row] = found.share
                told[row] = f"{found.num_sentences} sentences such as {found.example!r}"
        failed = shares > self.max_courtesy
        yield from told_findings("korean_honorific_boilerplate", failed, shares, self.max_courtesy, told.__getitem__)

    def _translated(self, texts: list[str], m: Surface) -> Iterator[Finding]:
        told, densities = [""] * len(texts), np.zeros(len(texts))
        for row in np.flatnonzero((m.translated > self.max_translated / 250) & (m.translated * m.runs >= 3)):
            found = translated_density(texts[row])
            if found.kinds >= self.min_translated_kinds:
                densities[row], told[row] = found.density, f"per 100 words: {found.marks}"
        failed = densities > self.max_translated
        yield from told_findings("korean_machine_translated", failed, densities, self.max_translated, told.__getitem__)


class _Closer:
    """The second and third tier, for the documents that the first left in doubt."""

    def __init__(self, rule: KoreanMorphology, texts: list[str], surface: Surface) -> None:
        self.rule, self.surface = rule, surface
        self.samples = [sample(text, max_runs=rule.sample_runs) for text in texts]
        self.measures = self._look_closer(texts, measure(self.samples))
        self.gains = self._order_gains()
        self.spacings = self._spacings()

    def findings(self) -> Iterator[Finding]:
        for told in (self._words, self._spacing, self._particles, self._order, self._lists):
            yield from told(self.measures)

    def _look_closer(self, texts: list[str], measures: Measures) -> Measures:
        """The measures with larger samples in place of those that leave a doubt."""
        # What a sample of fewer pairs can show is less: the limit goes with it.
        limit = _MAX_ORDER * np.sqrt(measures.num_pairs / _FIRST_PAIRS)
        doubtful = (measures.order < limit) & ~(self.surface.fit >= self.rule.min_fit)
        doubtful |= (measures.wrong > 0) | (measures.num_pairs < 8)
        rows = [row for row in np.flatnonzero(doubtful) if not self.samples[row].complete]
        if not rows:
            return measures
        larger = [sample(texts[row], max_runs=self.rule.doubt_runs) for row in rows]
        table = np.array(measures)
        table[:, rows] = np.array(measure(larger))
        for row, closer in zip(rows, larger, strict=True):
            self.samples[row] = closer
        return Measures(*table)

    def _listed(self) -> BoolArray:
        m = self.measures
        return (m.bare_nouns > self.rule.max_bare_nouns) & (m.foreign < 0.12)

    def _maybe_list(self) -> BoolArray:
        """What :meth:`_lists` drops if the order of its words says nothing for it."""
        m = self.measures
        enough = (m.runs >= 15) | (m.runs >= self.rule.min_runs) & (m.bare_nouns > 0.9)
        return enough & self._listed() & (m.grammar < self.rule.min_function_morphemes)

    def _maybe_shuffled(self) -> BoolArray:
        m = self.measures
        maybe = (_evenly(m) < _MAX_ORDER) & (m.grammar >= _MIN_GRAMMAR) & (m.joints < self.rule.max_joints)
        return maybe & ~((m.bare_nouns > 0.5) & (m.foreign > 0.2)) & ~(self.surface.fit >= self.rule.min_fit)

    def _order_gains(self) -> FloatArray:
        """For each document whose order or lack of grammar is in doubt: the gain, against that of a full passage."""
        gains = np.full(len(self.samples), np.nan)
        asked = (self.measures.runs >= self.rule.min_runs) & (self._maybe_list() | self._maybe_shuffled())
        for row in np.flatnonzero(asked):
            gain, num_words = order_gain(self.samples[row])
            if gain is not None:
                gains[row] = gain / min(1.0, num_words / _FULL_PASSAGE_WORDS)
        return gains

    def _spacings(self) -> list[Spacing | None]:
        """For each document whose words are odd: how it is spaced."""
        m = self.measures
        odd = (m.single > _APART_SINGLE) & (m.score < -7) | (m.score < _APART_SCORE)
        odd |= (self.surface.fit < _APART_FITS_ILL) & (m.score < -7)
        odd &= ~(self.surface.fit >= _APART_FIT)
        odd |= (m.joints > _JOINED) & ((m.single > _APART_SINGLE) | (self.surface.fit < _APART_FITS_ILL))
        asked = odd & (m.runs >= _APART_RUNS) & (m.runs * m.syllables >= 40) | self._maybe_few_spaces()
        return [spacing(one) if yes else None for one, yes in zip(self.samples, asked.tolist(), strict=True)]

    def _is_longer(self) -> BoolArray:
        """The documents that are no comments."""
        return self.measures.runs * self.measures.syllables >= _LONGER_THAN_COMMENTS

    def _joint_limits(self) -> FloatArray:
        """Up to how many places for a space a run may have."""
        rule, m = self.rule, self.measures
        # A comment may well be written without a space; a longer or a formal text may not.
        formal = (m.informal < 0.4) & (m.joints * m.runs >= 4)
        formal &= (m.full_stops >= 2) | (m.full_stops == 1) & (m.joints > 0.6)
        limit = np.where(self._is_longer(), rule.max_joints_informal, rule.max_joints_comment)
        limit[formal | self._is_longer() & (m.informal < 0.5)] = rule.max_joints
        return limit

    def _run_together(self) -> BoolArray:
        return (self.measures.joints > self._joint_limits()) & (self.measures.joints * self.measures.runs >= 4)

    def _maybe_few_spaces(self) -> BoolArray:
        """Longer formal texts with some places for a space, of which only the analyser can tell how many are missing."""
        m = self.measures
        return ~self._run_together() & self._is_longer() & (m.joints > _JOINED) & (m.informal < 0.5) & (m.runs >= 5)

    def _words(self, m: Measures) -> Iterator[Finding]:
        rule = self.rule
        enough = m.runs >= rule.min_runs
        few_known = (m.unknown > rule.max_unknown_share) | (
            (m.unknown > np.where(m.runs < 24, 0.3, 0.22)) & (m.score < rule.min_score + 0.2)
        )
        yield from told_findings(
            "korean_gibberish",
            enough & few_known,
            m.unknown,
            np.where(m.unknown > rule.max_unknown_share, rule.max_unknown_share, np.where(m.runs < 24, 0.3, 0.22)),
            lambda row: "unknown: " + evidence.unknown(self.samples[row]),
        )
        low = (m.score < rule.min_score) & (few_known | (m.grammar < 0.1) & (m.foreign < 0.12))
        yield from told_findings(
            "korean_low_score",
            enough & low,
            m.score,
            rule.min_score,
            lambda row: f"per morpheme; {m.unknown[row]:.0%} unknown syllables",
        )

    def _spacing(self, m: Measures) -> Iterator[Finding]:
        rule = self.rule
        extra, missing, difference = (np.array([s[at] if s else 0.0 for s in self.spacings]) for at in range(3))

        def told(row: int) -> str:
            found = self.spacings[row]
            return f"{found.written[:40]!r} for {found.respaced[:40]!r}" if found else evidence.run_together(self.samples[row])

        apart = (difference > rule.max_spacing_difference) & (extra > rule.max_extra_spaces) & (m.runs >= _APART_RUNS)
        apart &= (m.runs >= 30) | (difference > 0.6)
        ill = (m.score < _APART_SCORE) | (extra > 0.4) & (missing > 0.15)
        apart &= (m.single > _APART_SINGLE) | ill & (self.surface.fit < _APART_FITS_ILL)
        yield from told_findings("korean_broken_spacing", apart, extra, rule.max_extra_spaces, told)
        yield from told_findings(
            "korean_run_together",
            self._run_together(),
            m.joints,
            self._joint_limits(),
            lambda row: evidence.run_together(self.samples[row]),
        )
        few = self._maybe_few_spaces() & (missing > rule.max_missing_spaces)
        yield from told_findings("korean_run_together", few, missing, rule.max_missing_spaces, told)

    def _particles(self, m: Measures) -> Iterator[Finding]:
        share = m.wrong / np.maximum(m.choices, 1)
        limit = np.where(m.wrong >= 3, 1.0, 1.2) * self.rule.max_wrong_particles
        yield from told_findings(
            "korean_garbled_particles",
            (m.wrong >= 2) & (share > limit),
            share,
            limit,
            lambda row: evidence.wrong_particles(self.samples[row]) + f"; of {m.choices[row]:.0f}",
        )

    def _order(self, m: Measures) -> Iterator[Finding]:
        order, fit = _evenly(m), self.surface.fit
        limit = (self.rule.min_order_gain - 0.3 * np.clip(order, -1, None)) * (1 - m.foreign) ** 1.5
        # Casual sentences are short and in any order, and few neighbours say little: next to nothing must be gained there.
        limit[(m.informal >= 0.5) & (m.full_stops < 2)] *= 0.6
        limit *= np.clip(self.surface.num_pairs / 24, 0.4, 1)
        # Where the endings fit somewhat, as in a few labels with a sentence each, the gain must be the smaller.
        limit *= np.where(fit > 1.8, np.clip(1 - (fit - 1.8) / 3, 0.3, 1), 1.0)
        limit = np.where((fit < 3) & (self.surface.num_pairs >= 40) & (m.informal < 0.5), np.maximum(limit, 1.0), limit)
        yield from told_findings(
            "korean_shuffled_words",
            self._maybe_shuffled() & (self.gains < limit),
            self.gains,
            limit,
            lambda row: f"gain per word over other orders; neighbours fit by {order[row]:.1f} and {fit[row]:.1f} deviations",
        )

    def _lists(self, m: Measures) -> Iterator[Finding]:
        rule = self.rule
        # Keywords of one subject stand together well: with next to no grammar their order says nothing.
        listed = self._maybe_list() & (~(self.gains >= 0.8) | (m.bare_nouns > 0.95) & (m.grammar < 0.04))

        def told(row: int) -> str:
            return evidence.bare_nouns(self.samples[row])

        yield from told_findings("korean_keyword_stuffing", listed, m.bare_nouns, rule.max_bare_nouns, told)
        bare = listed & (m.grammar < 0.12)
        # Endings as in any prose, but the particles are gone; speech leaves some out, tables have few of either.
        none = (m.particles < rule.min_particles / 2) & (m.endings > 0.2) & (m.foreign < 0.4)
        few = (m.particles < rule.min_particles) & (m.endings > 0.15) & (m.foreign < 0.25) & (m.informal < 0.5)
        cut = (self.surface.particles < 0.75 * rule.min_particles) & (m.endings > 0.12) & (m.particles < 0.35 * m.endings)
        without = (none | few | cut & (m.foreign < 0.6)) & (m.runs >= 40)
        yield from told_findings("korean_few_function_morphemes", bare | without, m.grammar, rule.min_function_morphemes, told)
        no_ends = listed & (m.final_endings == 0) & (m.runs >= 40)
        yield from told_findings("korean_few_sentence_endings", no_ends, m.final_endings, 0.01, told)


def _evenly(m: Measures) -> FloatArray:
    """The order of neighbours as it would be measured over no more pairs than a first sample has."""
    return m.order / np.sqrt(np.maximum(1.0, m.num_pairs / _FIRST_PAIRS))
