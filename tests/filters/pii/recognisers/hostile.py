"""Texts on which a careless regular expression needs minutes."""

import time

from filters.pii.scanner import Recogniser

#: What every recogniser gets; each is repeated to `NUM_CHARACTERS`.
PIECES = (
    "1",
    "가",
    " ",
    "a@",
    "1-",
    "가1",
    "A",
    "_",
    ".",
    "\n",
    "(",
    "김민수 ",
    "로1",
    "동 1 ",
    "key=",
    "12가 3456 ",
    "\ud800",
    "\u1100",
    "ﷺ",
    "😀",
)
NUM_CHARACTERS = 100_000
#: Generous, for machines that do other work as well; without bounds these texts take minutes.
MAX_SECONDS = 2.0


def check_bounded_time(recogniser: Recogniser, *pieces: str) -> None:
    """Fail when one of the hostile texts keeps `recogniser` busy for longer than `MAX_SECONDS` of processor time."""
    for piece in (*PIECES, *pieces):
        text = (piece * (NUM_CHARACTERS // len(piece) + 1))[:NUM_CHARACTERS]
        start = time.process_time()
        spans = list(recogniser.find(text))
        assert time.process_time() - start < MAX_SECONDS, repr(piece)
        assert spans == list(recogniser.find(text[: len(text)]))
