"""Training, its files, and scoring with them."""

import json
import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from filters.knowledge.anchors import anchor_documents
from filters.knowledge.features import sampled_units
from filters.knowledge.material import MAX_DOCUMENTS_PER_SOURCE, Document, Material, Source, windows
from filters.knowledge.scoring import KnowledgeScorer
from filters.knowledge.training import save_trained, train

from .material_texts import documents, material

FORMAL = (
    "사용자는 계약이 끝난 날부터 14일 이내에 물품을 반환하여야 한다. 다만 정당한 사유가 있는 경우에는 기간을 연장할 수 있다."
)
TALK = "어제 너무 피곤해서 그냥 잤어요. 오늘은 꼭 운동하려고 했는데 또 비가 오네요ㅠㅠ 다들 저녁 뭐 드셨어요?"


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("model")
    save_trained(train(material(documents()), name="test"), directory)
    return directory


def test_scores_are_probabilities_that_tell_the_registers_apart(trained: Path) -> None:
    scores = KnowledgeScorer(str(trained)).scores([FORMAL, TALK], ["ko", "ko"])
    assert scores.dtype == np.float64
    assert scores[0] > 0.9
    assert scores[1] < 0.1


def test_no_answer_is_nan(trained: Path) -> None:
    scorer = KnowledgeScorer(str(trained))
    scores = scorer.scores(["This is English.", "", "…", "\ud800", FORMAL], ["en", "ko", "ko", "ko", "ko"])
    assert np.isnan(scores).tolist() == [True, True, True, True, False]
    assert scorer.scores([], []).shape == (0,)


def test_a_score_does_not_depend_on_its_batch(trained: Path) -> None:
    scorer = KnowledgeScorer(str(trained))
    texts = [document.text for document in documents()[::5]]
    together = scorer.scores(texts, ["ko"] * len(texts))
    assert together.tolist() == [float(scorer.scores([text], ["ko"])[0]) for text in texts]


def test_the_same_material_in_any_order_makes_the_same_bytes(trained: Path, tmp_path: Path) -> None:
    listed = documents()
    random.Random(1).shuffle(listed)
    save_trained(train(material([*listed, *listed[:5]]), name="test"), tmp_path)
    for name in ("model.bin", "calibration.json"):
        assert (tmp_path / name).read_bytes() == (trained / name).read_bytes()


def test_training_prints_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    train(material(documents(per_source=8)), with_anchors=False)
    assert capfd.readouterr() == ("", "")


def test_the_card_tells_what_was_measured(trained: Path) -> None:
    card = json.loads((trained / "card.json").read_text(encoding="utf-8"))
    assert card["name"] == "test"
    assert card["languages"] == ["ko"]
    assert card["held_out"]["by"] == {"ko knowledge": "sources", "ko ordinary": "sources"}
    assert card["held_out"]["auc"] > 0.9
    assert len(card["fingerprint"]) == 64
    own = [row for row in card["sources"] if not row["is_anchor"]]
    assert [(row["source"], row["side"], row["documents"]) for row in own] == [
        (f"{side}-{name}", side, 12) for side in ("knowledge", "ordinary") for name in ("가", "나", "다")
    ]


def test_one_source_a_side_is_left_out_by_documents() -> None:
    listed = [document._replace(source=document.side) for document in documents()]
    card = train(material(listed), with_anchors=False).card
    told = "documents, for there are fewer than 3 sources"
    assert card["held_out"]["by"] == {"ko knowledge": told, "ko ordinary": told}


def test_a_language_that_one_side_lacks_is_left_out() -> None:
    english = [Document("knowledge", "en", "en", f"The law of article {'x' * number} applies.") for number in range(30)]
    card = train(material([*documents(), *english]), with_anchors=False).card
    assert card["languages"] == ["ko"]
    assert card["skipped_languages"] == {"en": "only 0 documents of ordinary; 20 are needed"}


def test_several_languages_share_a_model(tmp_path: Path) -> None:
    words = {
        "knowledge": "the provisions of this act shall apply to every person",
        "ordinary": "lol i love my dog so much and you",
    }
    generator = random.Random(2)
    english = [
        Document(side, f"{side}-{number % 3}", "en", " ".join(generator.choices(text.split(), k=20)))
        for side, text in words.items()
        for number in range(30)
    ]
    save_trained(train(material([*documents(), *english])), tmp_path)
    scorer = KnowledgeScorer(str(tmp_path))
    scores = scorer.scores(
        ["the provisions of this act shall apply", "lol i love you so much", FORMAL, TALK], ["en", "en", "ko", "ko"]
    )
    assert (scores > 0.5).tolist() == [True, False, True, False]


@pytest.mark.parametrize(
    ("listed", "told"),
    [
        ([], "there is no document at all"),
        (documents(per_source=6), "ko: only 18 documents of knowledge and 18 documents of ordinary; 20 are needed"),
        ([d for d in documents() if d.side == "knowledge"], "ko: only 0 documents of ordinary; 20 are needed"),
    ],
)
def test_too_little_is_told(listed: list[Document], told: str) -> None:
    with pytest.raises(ValueError, match="too little to train a knowledge model on") as caught:
        train(material(listed))
    assert told in str(caught.value)
    assert "give more documents of both sides" in str(caught.value)


def _without(name: str) -> Callable[[Path], object]:
    return lambda directory: (directory / name).unlink()


def _with(name: str, text: str) -> Callable[[Path], object]:
    return lambda directory: (directory / name).write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (_without("calibration.json"), "there is no knowledge model in"),
        (_without("model.bin"), "there is no knowledge model at"),
        (_with("calibration.json", "{"), "is damaged"),
        (_with("calibration.json", '{"format": 99}'), "is not of this version"),
        (_with("model.bin", "no model"), "is no fastText model"),
    ],
)
def test_a_damaged_model_is_told(trained: Path, tmp_path: Path, damage: Callable[[Path], object], told: str) -> None:
    for path in trained.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    damage(tmp_path)
    with pytest.raises(ValueError, match=told):
        KnowledgeScorer(str(tmp_path))


def test_material_is_bounded_and_equal_texts_count_once() -> None:
    gathered = Material()
    for number in range(MAX_DOCUMENTS_PER_SOURCE + 50):
        gathered.add(Document("ordinary", "a", "en", f"word {'x' * (number % 20)} {chr(0xAC00 + number)}"))
    gathered.add(Document("ordinary", "a", "en", "word  가"))
    gathered.add(Document("ordinary", "b", "en", "same"))
    gathered.add(Document("ordinary", "b", "en", "same"))
    gathered.add(Document("ordinary", "b", "en", "…"))
    sizes = {source.name: len(source.documents) for source in gathered.sources()}
    assert sizes == {"a": MAX_DOCUMENTS_PER_SOURCE, "b": 1}
    assert gathered.counts["ordinary", "b", "en"] == 3


def test_windows_of_short_documents_are_as_long_as_others() -> None:
    short = Source(side="ordinary", name="a", language="ko", documents=tuple((f"{n}가", f"{n}나") for n in "abcdef"))
    cut = list(windows(short, 40, lengths=(8,), seed=1))
    assert {len(units) for units in cut} == {8}
    assert cut == list(windows(short, 40, lengths=(8,), seed=1))


def test_anchors_are_texts_of_both_sides() -> None:
    anchors = anchor_documents()
    for side in ("knowledge", "ordinary"):
        own = [document for document in anchors if document.side == side]
        assert len({document.source for document in own}) >= 15
        assert len(own) >= 90
        assert all(len(sampled_units(document.text, "ko")) >= 8 for document in own)
    assert len({document.text for document in anchors}) == len(anchors)
