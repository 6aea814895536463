"""Fingerprints: what a stage's output depends on, as one hash.

A fingerprint covers the stage's resolved configuration, the fingerprints of its input manifests, the code that
computes it (compiled, without docstrings, so that a comment does not re-run a corpus), and the versions of the libraries
whose behaviour shows in the output. Compiled code is of one Python version, whose tables of characters show as well.
"""

import hashlib
import importlib.metadata
import importlib.util
import json
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from types import CodeType
from typing import Any


def digest(value: Any) -> str:
    """SHA-256 of a JSON value in canonical form."""
    return hashlib.sha256(json.dumps(value, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def _source_files(module: str) -> list[Path]:
    spec = importlib.util.find_spec(module)
    if spec is None or spec.origin is None:
        raise ValueError(f"stage code names the module {module!r}, which is not installed")
    origin = Path(spec.origin)
    return sorted(origin.parent.rglob("*.py")) if origin.name == "__init__.py" else [origin]


def _instructions(code: CodeType) -> Iterator[bytes]:
    """What a code object and those in it do: everything but places in the file."""
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _instructions(constant)
        else:
            # The order of a set is another one in every process.
            told = sorted(map(repr, constant)) if isinstance(constant, frozenset) else constant
            yield repr(told).encode("utf-8", "backslashreplace")
    yield repr((code.co_name, code.co_flags, code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount)).encode()
    yield repr((code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars)).encode()
    yield code.co_code
    yield code.co_exceptiontable


@cache
def _file_version(path: Path) -> bytes:
    """A hash of what the code of a file does. Compiling is four times as fast as walking and dumping a syntax tree."""
    code = compile(path.read_bytes(), "", "exec", dont_inherit=True, optimize=2)
    hashed = hashlib.sha256()
    for part in _instructions(code):
        hashed.update(b"%d:" % len(part) + part)
    return hashed.digest()


@cache
def code_version(modules: tuple[str, ...], libraries: tuple[str, ...] = ()) -> str:
    """A hash of the code of modules (packages with all they hold) and of the versions of installed libraries."""
    hashed = hashlib.sha256()
    for module in modules:
        for path in _source_files(module):
            hashed.update(f"{module}/{path.name}\n".encode())
            hashed.update(_file_version(path))
    for library in libraries:
        hashed.update(f"{library}=={importlib.metadata.version(library)}\n".encode())
    return hashed.hexdigest()


def stage_fingerprint(*, stage: str, config: Any, inputs: Sequence[str], code: str) -> str:
    return digest({"stage": stage, "config": config, "inputs": list(inputs), "code": code})
