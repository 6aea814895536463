"""Documents for takedowns: of every kind that a run treats apart, with near-duplicates, copies, pages of one site."""

import json
import random
from pathlib import Path

from .corpus import KOREAN, document, make_corpus, write_recipe

#: Of these groups of near-duplicates each member differs from the first by a sentence.
NUM_GROUPS = 6
GROUP = 4
_FOOTER = "이 글은 말모이 마을 소식지에 실린 글이며 마을 누리집에서도 읽을 수 있습니다."


def make_near_corpus(root: Path) -> None:
    """The made-up corpus, and in ``ko/near.jsonl`` near-duplicates, an exact copy of one, and pages with a footer each."""
    make_corpus(root)
    rng = random.Random(5)
    rows: list[dict[str, str]] = []
    for group in range(NUM_GROUPS):
        text = "\n".join(document(KOREAN, rng) for _ in range(3))
        for member in range(GROUP):
            own = text if member == 0 else f"{text}\n{document(KOREAN, rng).splitlines()[0]}"
            rows.append({"id": f"near-{group}-{member}", "text": own, "url": f"https://blog.example/{group}/{member}"})
    rows.append({"id": "near-0-copy", "text": rows[0]["text"], "url": "https://copy.example/0"})
    for page in range(30):
        text = f"{document(KOREAN, rng)}\n{document(KOREAN, rng)}\n{_FOOTER}"
        rows.append({"id": f"page-{page}", "text": text, "url": f"https://news.example/{page}"})
    shared = "\n".join(document(KOREAN, rng) for _ in range(2))
    for page in range(3):
        text = f"{document(KOREAN, rng)}\n{shared}\n{document(KOREAN, rng)}\n{document(KOREAN, rng)}\n{document(KOREAN, rng)}"
        rows.append({"id": f"shared-{page}", "text": text, "url": f"https://other{page}.example/"})
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    (root / "near.jsonl").write_text(lines, encoding="utf-8")


_SOURCE = """\
[[source]]
name = "near"
format = "jsonl"
paths = ["near.jsonl"]
licence = "CC0-1.0"
uri_column = "url"
[dedup.substrings]
action = "report"
min_chars = 200
"""


def write_near_recipe(path: Path, root: Path, *, tokenizer: str = "vocab_size = 2000", top: str = "") -> Path:
    """The recipe of the made-up corpus with this source, and keys at the top."""
    return write_recipe(path, root, tokenizer=tokenizer, extra=f"{top}\n{_SOURCE}")
