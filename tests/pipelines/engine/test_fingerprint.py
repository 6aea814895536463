"""Fingerprints change with what shows in the output, and with nothing else."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.engine import fingerprint

CODE = '"""A module."""\n\n\ndef f(x):\n    """What f does."""\n    return x + 1\n'


def version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, libraries: tuple[str, ...] = ()) -> str:
    directory = tmp_path / str(abs(hash(text)))
    directory.mkdir(exist_ok=True)
    (directory / "made_up_module.py").write_text(text, encoding="utf-8")
    monkeypatch.syspath_prepend(str(directory))
    sys.modules.pop("made_up_module", None)
    fingerprint.code_version.cache_clear()
    return fingerprint.code_version(("made_up_module",), libraries)


@pytest.mark.parametrize(
    ("changed", "same"),
    [
        ("# a comment\n" + CODE, True),
        (CODE.replace("A module", "Another text"), True),
        (CODE.replace("What f does", "Why"), True),
        (CODE.replace("\n\n\n", "\n\n\n\n\n").replace("    return", "\n    return"), True),
        (CODE.replace("x + 1", "x + 2"), False),
        (CODE.replace("(x)", "(x=1)"), False),
        (CODE.replace("(x)", "(*, x)"), False),
        (CODE.replace("    return", "    assert x\n    return"), True),  # for our own faults only
        (CODE.replace("x + 1", "x in {'a', 'b', 'c'}"), False),
        (CODE.replace("def f", "def g"), False),
    ],
)
def test_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changed: str, same: bool) -> None:
    first = version(tmp_path, monkeypatch, CODE)
    assert (version(tmp_path, monkeypatch, changed) == first) is same


def test_sets_are_the_same_in_every_process(tmp_path: Path) -> None:
    (tmp_path / "sets.py").write_text("def f(x):\n    return x in {'a', 'b', 'c', 'd', 'e', 'f'}\n", encoding="utf-8")
    program = "import sys; from pipelines.engine.fingerprint import code_version; print(code_version(('sets',)))"
    path = os.pathsep.join([str(tmp_path), *sys.path])
    told = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": path},
            stdout=subprocess.PIPE,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(told) == 1


def test_libraries_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert version(tmp_path, monkeypatch, CODE) != version(tmp_path, monkeypatch, CODE, ("numpy",))


def test_a_module_that_is_not_there() -> None:
    with pytest.raises(ValueError, match="'no_such_module', which is not installed"):
        fingerprint.code_version(("no_such_module",))


def test_order_of_keys_does_not_count() -> None:
    assert fingerprint.digest({"a": 1, "b": [1, 2]}) == fingerprint.digest({"b": [1, 2], "a": 1})
    assert fingerprint.digest({"a": 1}) != fingerprint.digest({"a": 2})
