"""Korean runs of Hangul as tokens of register: what carries the style is kept, what carries the topic is masked.

Enters: one run of Hangul syllables with a stand-in for what is written directly before it. Leaves: its morphemes, joined by
spaces. Endings, particles, suffixes, adverbs, pronouns and stems of verbs stay as they are; of a noun only its last syllable
stays (-성, -법, -자), for nouns name topics, and a classifier that learns the topics of its sources knows nothing of
others (a first measurement with each source left out in turn: AUC 0.970 with whole nouns, 0.973 with last syllables, 0.966
without).

Being a pure function of the run, the tokens of a run are kept; Kiwi costs 31 us for a new run, a kept one 0.1 us.
"""

from functools import cache
from typing import Protocol, cast

from filters.korean.eojeol import analyser

#: Longer runs are cut: what one analysis costs must be bounded, and no Korean word is longer.
MAX_SYLLABLES = 24
#: Runs that a process keeps, 250 bytes each.
MAX_RUNS = 200_000
#: What a number and a word in Latin letters become.
NUMBER, LATIN = "0", "A"


class _Token(Protocol):
    form: str
    tag: str


def register_tokens(run: str) -> str:
    """The tokens of a run, joined by spaces; ``run`` may begin with :data:`NUMBER` or :data:`LATIN` for what it follows."""
    results = cast("list[tuple[list[_Token], float]]", analyser().analyze(run[: MAX_SYLLABLES + 1]))
    morphemes = results[0][0]
    return " ".join(_token(morpheme.form, morpheme.tag) for morpheme in morphemes)


def _token(form: str, tag: str) -> str:
    if tag in ("NNG", "NNP"):
        return "N" + form[-1]
    if tag == "SL":
        return LATIN
    if tag == "SN":
        return NUMBER
    # VV-R and VV-I are regular and irregular verbs; a form with a space in it (such as a fixed phrase) stays one token.
    return f"{form.replace(' ', '_')}/{tag.partition('-')[0]}"


class RunTable:
    """Tokens of the runs seen so far, at most ``max_runs``; when it is full it starts afresh."""

    def __init__(self, *, max_runs: int = MAX_RUNS) -> None:
        self._max_runs = max_runs
        self._tokens: dict[str, str] = {}

    def __len__(self) -> int:
        return len(self._tokens)

    def tokens(self, run: str) -> str:
        """What :func:`register_tokens` says of ``run``."""
        found = self._tokens.get(run)
        if found is None:
            if len(self._tokens) >= self._max_runs:
                self._tokens.clear()
            found = self._tokens[run] = register_tokens(run)
        return found


@cache
def run_table() -> RunTable:
    """The table of this process."""
    return RunTable()
