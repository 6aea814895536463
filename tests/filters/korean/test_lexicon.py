"""Lexicon files are well formed, guards hide, longer terms inherit, and surrogates keep offsets."""

import tomllib
from pathlib import Path

import pytest

import filters.korean
from filters.korean.lexicon import load, telling

NAMES = sorted(path.stem for path in (Path(filters.korean.__file__).parent / "lexicons").glob("*.toml"))


@pytest.mark.parametrize("name", NAMES)
def test_files(name: str) -> None:
    tables = tomllib.loads((Path(filters.korean.__file__).parent / "lexicons" / f"{name}.toml").read_text(encoding="utf-8"))
    assert isinstance(tables.pop("telling"), (int, float))
    for kind, by_weight in tables.items():
        for weight, terms in by_weight.items():
            assert float(weight) > 0, kind
            assert terms, kind
            assert all(isinstance(term, str) and term.strip() for term in terms), kind


def test_a_guard_hides() -> None:
    lexicon = load("hate")
    assert [lexicon.terms[term] for term, _, _ in lexicon.find("시발점")] == ["시발점"]
    assert telling("시발점") == {}
    assert telling("시발") == {"hate": 1}


def test_longer_terms_inherit() -> None:
    lexicon = load("gambling", "seo")
    term = lexicon.terms.index("카지노추천")
    assert {told.lexicon for told in lexicon.evidence[term]} == {"gambling", "seo"}


def test_surrogates_keep_offsets() -> None:
    lexicon = load("gambling")
    ((term, start, end),) = lexicon.find("\ud800\udfff 바카라")
    assert (lexicon.terms[term], start, end) == ("바카라", 3, 6)
    assert telling("\ud800 바카라") == {"gambling": 1}
