"""What a recogniser finds in a text as it stands: folded first, overlaps settled, as pieces of the original."""

from filters.pii.folding import fold
from filters.pii.scanner import Recogniser, settle
from filters.pii.span import Span


def found(recogniser: Recogniser, text: str) -> list[str]:
    folded = fold(text)
    spans = [Span(*folded.span(span.start, span.end), span.entity, span.score) for span in recogniser.find(folded.text)]
    return [text[span.start : span.end] for span in settle(spans)]


SENTENCES = ("{}", "제 것은 {}입니다.", "이것이{}로 되어 있다", "({})", "앞의 값:{}, 뒤의 값", "{}\n다음 줄", "「{}」을")
"""Places for a number: a particle follows, a Hangul syllable touches it, brackets, line ends."""
