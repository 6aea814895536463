"""Lists of words, and a regular expression for one of many words that stays fast.

Enters: literal words. Leaves: tuples of them, or a pattern that prefers the longest. `re` tries the branches of an alternation
one after the other at every character unless each of them begins with a literal character; grouped by their first character,
the words are skipped over at the speed of a set of characters.
"""

import re
from collections import defaultdict
from collections.abc import Iterable


def word_list(text: str) -> tuple[str, ...]:
    """The words of `text`, which blanks and line ends separate, each once."""
    return tuple(dict.fromkeys(text.split()))


def one_of(words: Iterable[str]) -> str:
    """A non-capturing group that matches the longest of `words` (none of them empty) at a place."""
    by_first: defaultdict[str, set[str]] = defaultdict(set)
    for word in words:
        by_first[word[0]].add(word[1:])
    branches: list[str] = []
    for first, tails in sorted(by_first.items()):
        if len(tails) == 1:
            branches.append(re.escape(first + next(iter(tails))))
        else:
            inner = "|".join(re.escape(tail) for tail in sorted(tails, key=lambda tail: (-len(tail), tail)))
            branches.append(f"{re.escape(first)}(?:{inner})")
    return f"(?:{'|'.join(branches)})"
