"""Short texts of many registers, written for this project, that every Korean model is trained on beside its own sources.

Nothing enters. Leaves: sources of knowledge and of ordinary text, one per file of ``anchors/<side>/<register>.txt``, whose
texts are separated by an empty line. A recipe's own sources are often few and of one register each (manuals against film
reviews), and what tells them apart is then an accident: these hold explanations without technical words, histories in the
past tense, stories and columns without laughter. Measured (benchmarks/knowledge.py) by training on manuals and rulings against
film reviews only: on 22 other sources AUC 0.988 and calibration error 0.22 without them, 0.998 and 0.03 with them; on texts
of another author 0.944 and 0.15 against 1.000 and 0.02.
"""

from functools import cache
from importlib import resources

from filters.knowledge.material import Document, Side

_SIDES: tuple[Side, Side] = ("knowledge", "ordinary")
PREFIX = "anchor:"


@cache
def anchor_documents() -> tuple[Document, ...]:
    """All of them, in a stable order."""
    root = resources.files("filters.knowledge") / "anchors"
    found: list[Document] = []
    for side in _SIDES:
        for file in sorted((root / side).iterdir(), key=lambda path: path.name):
            if file.name.endswith(".txt"):
                source = PREFIX + file.name.removesuffix(".txt")
                texts = file.read_text(encoding="utf-8").split("\n\n")
                found += [Document(side, source, "ko", text.strip()) for text in texts if text.strip()]
    return tuple(found)
