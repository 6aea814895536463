"""The labelled set: sentences with personal data, sentences of look-alikes, and short texts of both."""

import random

from .marked import Mark, Sentence, decomposed, fill, joined
from .slots import slots
from .templates_belongings import BELONGINGS
from .templates_contact import CONTACT
from .templates_frames import FRAMES, LABELS, RECORDS
from .templates_identity import IDENTITY
from .templates_look_alikes import LOOK_ALIKES
from .templates_secrets import SECRETS

TEMPLATES: dict[str, tuple[str, ...]] = {**IDENTITY, **CONTACT, **BELONGINGS, **SECRETS}
ENTITIES = tuple(TEMPLATES)
_FILLERS = (
    "감사합니다.",
    "확인 후 회신 부탁드립니다.",
    "날씨가 많이 풀렸네요.",
    "자세한 내용은 붙임 문서를 참고하시기 바랍니다.",
    "이상입니다.",
    "수고하세요!",
    "어제 올린 글은 지웠습니다.",
    "다음 주에 다시 논의하기로 했다.",
    "빠른 처리 부탁드려요.",
    "아래와 같이 알려 드립니다.",
)


def generate(*, seed: int, num_sentences: int) -> list[Sentence]:
    """``num_sentences`` texts: of five, three are of the entities in turn and two look-alikes; a fifth are short texts."""
    rng = random.Random(f"pii sentences {seed}")
    sentences: list[Sentence] = []
    while len(sentences) < num_sentences:
        turn = len(sentences)
        kind = turn % 5
        if kind >= 3:
            sentences.append(look_alike(rng))
        else:
            sentences.append(personal(ENTITIES[(turn // 5 * 3 + kind) % len(ENTITIES)], rng=rng))
        if rng.random() < 0.2:
            sentences[-1] = _in_a_text(sentences[-1], rng)
        if rng.random() < 0.015:
            sentences[-1] = decomposed(sentences[-1])
    return sentences


def personal(entity: str, *, rng: random.Random) -> Sentence:
    """A sentence of the entity's own templates, a line of label and value, or a record of several entities."""
    origin = rng.choices(("sentence", "frame", "record"), weights=(60, 28, 12), k=1)[0]
    template = rng.choice(TEMPLATES[entity])
    if origin == "record":
        labels = LABELS[entity][1]
        records = [record for record in RECORDS if labels in record]
        template = rng.choice(records) if records else template
    elif origin == "frame":
        labels, value = LABELS[entity]
        template = rng.choice(FRAMES)
        template = template.replace("LABEL", rng.choice(labels)).replace("VALUE", value)
    return fill(template, slots=slots(), rng=rng, origin=origin)


def look_alike(rng: random.Random) -> Sentence:
    sentence = fill(rng.choice(LOOK_ALIKES), slots=slots(), rng=rng, origin="look-alike")
    if sentence.marks:
        return sentence
    # A sentence without slots is one look-alike as a whole.
    return Sentence(text=sentence.text, marks=(Mark(0, len(sentence.text), "", "words only"),), origin="look-alike")


def _in_a_text(sentence: Sentence, rng: random.Random) -> Sentence:
    parts = [sentence]
    for _ in range(rng.randint(1, 3)):
        other = look_alike(rng) if rng.random() < 0.4 else Sentence(text=rng.choice(_FILLERS), marks=(), origin="filler")
        parts.insert(rng.randint(0, len(parts)), other)
    return joined(parts, separator=rng.choice(("\n", " ", "\n\n")), origin=f"{sentence.origin}, in a text")
