"""What needs no network: Malmoi's Korean texts, the standard library, and Vim's tutorial."""

import re
from pathlib import Path

import pytest

from pipelines.sample.machine import documentation, library_files, own_texts, stand_ins


def test_the_korean_texts_are_short_documents_in_many_registers() -> None:
    texts = {name: data.decode() for name, data in own_texts().read()}
    assert 60 <= len(texts) <= 80
    assert own_texts().licence == "CC0-1.0"
    for name, text in texts.items():
        assert 300 <= len(text) <= 900, name
        letters = [character for character in text if character.isalpha()]
        assert len(re.findall("[가-힣]", text)) >= 0.85 * len(letters), name
    registers = {name.split("-")[0] for name in texts}
    assert registers >= {"science", "history", "cooking", "letter", "notice", "review", "dialogue", "howto", "law", "story"}


def test_the_library_without_tests_and_what_others_installed(tmp_path: Path) -> None:
    for name in ("a.py", "p/b.py", "p/test/c.py", "site-packages/d.py", "p/__pycache__/e.py", "p/f.txt"):
        place = tmp_path / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(f"# {name}\n")
    assert list(library_files(tmp_path)) == [("a.py", b"# a.py\n"), ("p/b.py", b"# p/b.py\n")]


def test_this_python_has_code_and_documentation() -> None:
    [code] = stand_ins("code")
    assert (code.path, code.licence, code.kind, code.format) == ("code/python", "PSF-2.0", "code", "code-tree")
    assert "json/decoder.py" in dict(code.read())
    texts = dict(documentation())
    assert texts["modules/textwrap.txt"].decode().startswith("Text wrapping and filling.\n\nTextWrapper\n\n")
    assert b"lambda" in texts["topics/lambda.txt"]


def test_vim_tutors_where_vim_is(tmp_path: Path) -> None:
    tutor = tmp_path / "vim90" / "tutor" / "tutor.de.utf-8"
    tutor.parent.mkdir(parents=True)
    tutor.write_text("Willkommen\n")
    [source] = stand_ins("de", tutors=tmp_path)
    assert (source.path, source.package, source.version, source.licence) == ("de/vim-tutor", "vim", "90", "Vim")
    assert list(source.read()) == [("tutor.de.utf-8.txt", b"Willkommen\n")]


@pytest.mark.parametrize("directory", ["ja", "ko", "fr"])
def test_nothing_on_the_machine(directory: str, tmp_path: Path) -> None:
    assert stand_ins(directory, tutors=tmp_path) == []
