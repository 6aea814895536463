"""A small corpus made by rule: prose in five languages that passes the default rules, and code; the same on every call."""

import gzip
import json
import random
from pathlib import Path

import zstandard

KOREAN = (
    ["학교", "시장", "바다", "산길", "도서관", "공원", "극장", "우체국", "병원", "정류장", "마을", "강가"],
    ["사람들이", "아이들이", "친구가", "할머니가", "선생님이", "의사가", "농부가", "가족이", "학생들이", "화가가"],
    ["책을", "음식을", "노래를", "편지를", "그림을", "소식을", "날씨를", "계획을", "역사를", "이야기를"],
    ["나누었다", "기다렸다", "준비했다", "살펴보았다", "기억했다", "설명했다", "고쳤다", "배웠다", "찾았다", "적었다"],
    ["{}에서 {} {} 오랫동안 {}.", "어제 {} 근처에서 {} {} 함께 {}.", "그날 {}에 모인 {} {} 천천히 {}."],
)
ENGLISH = (
    ["school", "market", "harbour", "library", "garden", "station", "museum", "village", "river", "kitchen"],
    ["the teacher", "the farmer", "an old friend", "the painter", "my neighbour", "the doctor", "the children"],
    ["a long letter", "the evening meal", "an old song", "the weather report", "a careful plan", "the town history"],
    ["prepared", "remembered", "explained", "repaired", "discovered", "described", "finished", "carried"],
    ["Near the {} {} quietly {} {} for the people of the town.", "That day at the {} {} had {} {} with great care."],
)
_GERMAN = (
    ["Schule", "Kirche", "Bibliothek", "Küche", "Brücke", "Werkstatt", "Mühle", "Stadt"],
    ["der Lehrer", "die Ärztin", "ein alter Freund", "der Bauer", "meine Nachbarin", "das Kind"],
    ["den langen Brief", "das Abendessen", "die alte Geschichte", "einen guten Plan", "das neue Lied"],
    ["vorbereitet", "erklärt", "gelesen", "gefunden", "beschrieben", "vergessen"],
    ["In der Nähe der {} hat {} am Morgen {} mit großer Sorgfalt {}.", "Vor der {} hat {} gestern {} noch einmal {}."],
)
_FRENCH = (
    ["école", "église", "bibliothèque", "cuisine", "gare", "rivière", "fontaine", "mairie"],
    ["le professeur", "la voisine", "un vieil ami", "le boulanger", "le médecin", "la fille"],
    ["une longue lettre", "le repas du soir", "une vieille chanson", "un bon projet", "cette histoire"],
    ["préparé", "expliqué", "retrouvé", "raconté", "oublié", "terminé"],
    ["Près de la {} {} a {} {} pour les gens de la ville.", "Devant la {}, {} avait encore {} {} ce matin."],
)  # fmt: skip
_JAPANESE = (
    ["学校", "市場", "図書館", "公園", "病院", "駅前", "台所", "村"],
    ["先生が", "友だちが", "子どもたちが", "農家の人が", "画家が", "家族が"],
    ["手紙を", "料理を", "古い歌を", "計画を", "町の歴史を", "物語を"],
    ["準備しました", "説明しました", "思い出しました", "見つけました", "直しました", "書きました"],
    ["昨日は{}の近くで{}{}ゆっくりと{}。", "その日、{}で{}{}みんなと一緒に{}。"],
)


#: What made-up names are made of, so that no two documents are near-duplicates though their sentences have few frames.
_SYLLABLES = {
    "ko": list("가나다라마바사아자차카타파하거너더러머버서어저처고노도로모보소오조초구누두루무부수우주추기니디리미비시이지"),
    "ja": list("山川田村木林森石井上中下東西南北原野島崎松竹梅高橋谷池沢浜岡"),
    "": [a + b for a in "bdfgklmnprstv" for b in "aeiou"],
}


def _name(words: tuple[list[str], ...], rng: random.Random) -> str:
    key = "ko" if words is KOREAN else "ja" if words is _JAPANESE else ""
    name = "".join(rng.choice(_SYLLABLES[key]) for _ in range(3))
    return name if key else name.capitalize()


def _sentence(words: tuple[list[str], ...], rng: random.Random) -> str:
    place, who, what, did, frames = words
    separator = "" if words is _JAPANESE else " "
    named = [f"{_name(words, rng)}{separator}{rng.choice(options)}" for options in (place, what)]
    order = [named[0], rng.choice(who), named[1], rng.choice(did)]
    if words in (ENGLISH, _FRENCH):
        order[2], order[3] = order[3], order[2]
    return rng.choice(frames).format(*order)


def document(words: tuple[list[str], ...], rng: random.Random) -> str:
    separator = "" if words is _JAPANESE else " "
    paragraphs = [separator.join(_sentence(words, rng) for _ in range(rng.randint(4, 8))) for _ in range(rng.randint(3, 9))]
    return "\n\n".join(paragraphs)


def near_copy(text: str, rng: random.Random) -> str:
    """A Korean document with other particles and another speech level, and a sentence more: what a copy looks like."""
    for old, new in (
        (" 책을", " 책도"),
        (" 음식을", " 음식만"),
        ("에서 ", "에서는 "),
        ("었다.", "었습니다."),
        ("았다.", "았습니다."),
    ):
        text = text.replace(old, new)
    return text + "\n\n" + _sentence(KOREAN, rng)


def module(rng: random.Random, number: int) -> str:
    lines = [f'"""Module {number} of the made-up project."""', ""]
    for index in range(rng.randint(6, 30)):
        name = f"{rng.choice(['load', 'store', 'merge', 'scan', 'count'])}_{_name(ENGLISH, rng).lower()}_{index}"
        total, step = _name(ENGLISH, rng).lower(), _name(ENGLISH, rng).lower()
        lines += [
            f"def {name}(value, limit={rng.randint(1, 99)}):",
            f"    {total} = value * {rng.randint(2, 9)}",
            f"    for {step} in range(limit):",
        ]
        lines += [f"        {total} += {step} % {rng.randint(2, 9)}", f"    return {total}", ""]
    return "\n".join(lines)  # fmt: skip


def json_lines(documents: list[tuple[str, str]]) -> bytes:
    return b"".join(json.dumps({"id": i, "text": t}, ensure_ascii=False).encode() + b"\n" for i, t in documents)


def make_corpus(root: Path, *, documents: int = 60, seed: int = 1) -> None:
    """Korean as .jsonl.zst, English as .jsonl and .jsonl.gz, German, French and Japanese as text trees, code as a tree."""
    rng = random.Random(seed)
    for directory in ("ko", "en", "de", "fr", "ja", "code/pkg"):
        (root / directory).mkdir(parents=True, exist_ok=True)
    for part in range(4):
        korean = [(f"ko-{part}-{n}", document(KOREAN, rng)) for n in range(documents)]
        korean += [(f"ko-{part}-copy", korean[0][1]), (f"ko-{part}-short", "짧은 글.")]
        korean += [(f"ko-{part}-near", near_copy(korean[1][1], rng))]
        (root / f"ko/part{part}.jsonl.zst").write_bytes(zstandard.ZstdCompressor().compress(json_lines(korean)))
    english = [(f"en-{n}", document(ENGLISH, rng)) for n in range(documents)]
    (root / "en/a.jsonl").write_bytes(json_lines(english[: documents // 2]))
    with gzip.GzipFile(root / "en/b.jsonl.gz", "wb", mtime=0) as out:
        out.write(json_lines([*english[documents // 2 :], ("en-same", english[0][1])]))
    for language, words in (("de", _GERMAN), ("fr", _FRENCH), ("ja", _JAPANESE)):
        for number in range(documents // 3):
            (root / f"{language}/{number:03d}.txt").write_text(document(words, rng), encoding="utf-8")
    for number in range(documents):
        (root / f"code/pkg/m{number:03d}.py").write_text(module(rng, number), encoding="utf-8")


RECIPE = """\
name = "made"
root = "{root}"
seed = 7
partition_bytes = "60KB"
{extra}
[[source]]
name = "ko"
format = "jsonl"
paths = ["ko/*.jsonl.zst"]
licence = "CC0-1.0"
[[source]]
name = "en"
format = "jsonl"
paths = ["en/*.jsonl*"]
licence = "CC0-1.0"
[[source]]
name = "trees"
format = "text-tree"
paths = ["de", "fr", "ja"]
licence = "CC0-1.0"
[[source]]
name = "code"
format = "code-tree"
kind = "code"
paths = ["code"]
licence = "CC0-1.0"
[filter.default]
min_language_score = 0.5
[filter.default.length]
min_chars = {min_chars}
[filter.default.gopher_repetition]
dup_n_grams = []
top_n_grams = []
[filter.ko.gopher_quality]
min_doc_words = 22
min_stop_words = 0
[filter.code.code_quality]
[tokenizer]
{tokenizer}
[mix]
korean = "1/3"
multilingual = "1/3"
code = "1/3"
[pack]
sequence_length = 512
long_sequence_length = 2048
shard_tokens = 60000
"""


def write_recipe(path: Path, root: Path, *, tokenizer: str = "vocab_size = 2000", min_chars: int = 40, extra: str = "") -> Path:
    path.write_text(RECIPE.format(root=root, tokenizer=tokenizer, min_chars=min_chars, extra=extra), encoding="utf-8")
    return path
