"""How much of a text is sentences: what separates an article from a page of links, prices or labels.

Enters: a text. Leaves: the share of its characters that belong to sentences. A sentence here is a stretch of a line that
ends as Korean sentences do (다, 요, 까, 죠 and the clipped forms 음, 함, 됨, before a full stop, or at the end of the line),
or, in other scripts, a line of several words that ends in a full stop.
"""

import re

#: What a stretch ends with, and what follows it. One pass, no alternatives that overlap.
_SENTENCE_END = re.compile(r"[다요까죠네음함됨임오라자지군]['\"”’)」]{0,2}[.?!…。？！]|。")
_LINE_END = re.compile(r"(?:[다요죠까])[^\w\s]{0,3}$|[.?!…。？！]['\"”’)]{0,2}$")
_MIN_CHARS = 12
_MIN_WORDS = 3


def prose_share(text: str, *, max_chars: int = 20_000) -> float:
    """The share, 0 to 1, of the first ``max_chars`` characters that stand in sentences."""
    total = in_sentences = 0
    for line in text[:max_chars].split("\n"):
        line = line.strip()
        if not line:
            continue
        total += len(line)
        if len(line) < _MIN_CHARS or line.count(" ") < _MIN_WORDS - 1:
            continue
        if _LINE_END.search(line[-6:]):
            in_sentences += len(line)
            continue
        ends = [match.end() for match in _SENTENCE_END.finditer(line)]
        if ends:
            in_sentences += ends[-1]
    return in_sentences / total if total else 0.0
