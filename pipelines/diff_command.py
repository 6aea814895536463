"""``malmoi diff``: what another recipe kept, lost and moved.

Two run directories enter, A (before) and B (after), of the same corpus or not, finished or not. What leaves: the differences of
their recipes, both funnels, the documents that both keep, only A or only B, those with another segment, language or text,
tokens and planned tokens before and after, the rules by what they took in each, and samples, nearest to the threshold first.
Memory does not grow with the runs: rows of numbers are set down by the hash of the id and compared bucket by bucket.
"""

import json
import sys
import tempfile
from collections import Counter
from typing import IO, Any

from tqdm import tqdm

from .diff.answer import Json, answer
from .diff.comparing import compare
from .diff.page import page
from .diff.rows import Buckets, Names, all_buckets, num_buckets, read_side
from .diff.samples import SampleReader
from .diff.sides import DiffError, both_sides

SAMPLES = 2


def run_diff(
    first: str,
    second: str,
    out: IO[str],
    *,
    as_json: bool = False,
    samples: int = SAMPLES,
    messages: IO[str] | None = None,
) -> int:
    """Writes the difference; the exit code, which is 0.

    Raises:
        DiffError: one of them is no run, or has not read its documents.
    """
    if samples < 0:
        raise DiffError(f"--samples {samples}: give 0 or more")
    found = difference(first, second, samples=samples, messages=messages)
    print(json.dumps(found, ensure_ascii=False, indent=1) if as_json else page(found), file=out)
    return 0


def difference(first: str, second: str, *, samples: int = SAMPLES, messages: IO[str] | None = None) -> Json:
    """The difference of two runs as plain values; raises DiffError."""
    one, two, notes = both_sides(first, second)
    names = Names()
    edits: list[Counter[Any]] = []
    told: IO[str] = sys.stderr if messages is None else messages
    with (
        tempfile.TemporaryDirectory(prefix="malmoi-diff-") as directory,
        tqdm(desc="diff", unit=" rows", file=told, disable=None) as bar,
    ):
        buckets = Buckets(directory, num_buckets([one, two]))
        for run, side in enumerate((one, two)):
            edits.append(read_side(side, run=run, names=names, buckets=buckets, told=bar.update))
        comparison = compare(all_buckets(buckets), names=names, samples=samples)
    shown = SampleReader((one, two)).read(comparison.candidates) if samples else {}
    return answer((one, two), notes, comparison, edits=(edits[0], edits[1]), samples=shown)
