"""Fingerprints: what a stage's output depends on, as one hash.

A fingerprint covers the stage's resolved configuration, the fingerprints of its input manifests, the code that
computes it (the syntax trees of its modules without docstrings, so that a comment does not re-run a corpus), and the
versions of the libraries whose behaviour shows in the output.
"""

import ast
import hashlib
import importlib.metadata
import importlib.util
import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
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


def _without_docstrings(tree: ast.Module) -> ast.Module:
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0] if node.body else None
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                node.body = node.body[1:]
    return tree


@cache
def code_version(modules: tuple[str, ...], libraries: tuple[str, ...] = ()) -> str:
    """A hash of the code of modules (packages with all they hold) and of the versions of installed libraries."""
    hashed = hashlib.sha256()
    for module in modules:
        for path in _source_files(module):
            hashed.update(f"{module}/{path.name}\n".encode())
            hashed.update(ast.dump(_without_docstrings(ast.parse(path.read_bytes()))).encode())
    for library in libraries:
        hashed.update(f"{library}=={importlib.metadata.version(library)}\n".encode())
    return hashed.hexdigest()


def stage_fingerprint(*, stage: str, config: Any, inputs: Sequence[str], code: str) -> str:
    return digest({"stage": stage, "config": config, "inputs": list(inputs), "code": code})
