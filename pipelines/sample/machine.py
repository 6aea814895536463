"""The texts that need no network: Malmoi's own short Korean texts, and what Python and the machine bring along.

Nothing enters; ``LocalSource`` records leave, each with the files of one directory of the sample. The Korean texts were
written for Malmoi and are always part of the sample; the others stand in for a directory that no package could fill.
"""

import ast
import hashlib
import platform
import sys
import sysconfig
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pipelines.sample.shapes import Files

KOREAN_TEXTS = Path(__file__).with_name("korean_texts")
_TUTORS = Path("/usr/share/vim")
#: Not the library's own prose or code: what others installed, and tests with deliberately broken files.
_NOT_LIBRARY = frozenset({"site-packages", "dist-packages", "__pycache__", "test", "tests", "idle_test", "_bundled"})
#: A shorter text says too little to be a document.
_MIN_CHARACTERS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalSource:
    """One directory of the sample that this machine fills by itself."""

    name: str
    directory: str
    package: str
    version: str
    licence: str
    format: str
    kind: str
    note: str
    fingerprint: str
    read: Callable[[], Files]

    @property
    def path(self) -> str:
        return f"{self.directory}/{self.name}"


def own_texts() -> LocalSource:
    """The short Korean texts written for Malmoi: prose in many registers, which no package offers."""
    files = [(path.name, path.read_bytes()) for path in sorted(KOREAN_TEXTS.glob("*.txt"))]
    return LocalSource(
        name="malmoi-texts",
        directory="ko",
        package="malmoi",
        version="1",
        licence="CC0-1.0",
        format="text-tree",
        kind="prose",
        note="written for Malmoi",
        fingerprint=hashlib.sha256(repr(files).encode()).hexdigest(),
        read=lambda: files,
    )


def stand_ins(directory: str, *, tutors: Path = _TUTORS) -> list[LocalSource]:
    """What the machine has for a directory of the sample that no package could fill; [] where it has nothing."""
    if directory == "code":
        return [_of_python("python", directory="code", read=library_files, note="this Python's standard library")]
    if directory == "en":
        note = "docstrings of the standard library, one file a module, and the topics of help()"
        return [_of_python("python-docs", directory="en", read=documentation, note=note)]
    return _tutor(directory, tutors=tutors)


def _of_python(name: str, *, directory: str, read: Callable[[], Files], note: str) -> LocalSource:
    return LocalSource(
        name=name,
        directory=directory,
        package="python",
        version=platform.python_version(),
        licence="PSF-2.0",
        format="code-tree" if directory == "code" else "text-tree",
        kind="code" if directory == "code" else "prose",
        note=note,
        fingerprint=f"{name} {sys.version} {sysconfig.get_path('stdlib')}",
        read=read,
    )


def library_files(root: Path | None = None) -> Iterator[tuple[str, bytes]]:
    """The source files of the standard library, tests left out; none with a syntax that this Python cannot read."""
    base = root or Path(sysconfig.get_path("stdlib"))
    for path in sorted(base.rglob("*.py")):
        relative = path.relative_to(base)
        if _NOT_LIBRARY.isdisjoint(relative.parts) and path.is_file():
            yield relative.as_posix(), path.read_bytes()


def documentation() -> Iterator[tuple[str, bytes]]:
    """The library's docstrings as one text a module, and the language reference that ``help()`` shows."""
    for name, data in library_files():
        text = _docstrings(data)
        if len(text) >= _MIN_CHARACTERS:
            yield f"modules/{name.removesuffix('.py')}.txt", text.encode()
    from pydoc_data.topics import topics

    for topic, text in sorted(topics.items()):
        if len(text) >= _MIN_CHARACTERS:
            yield f"topics/{topic}.txt", text.encode()


def _docstrings(source: bytes) -> str:
    """Every docstring under the name of what it documents. Read from the syntax tree: nothing is imported."""
    try:
        module = ast.parse(source)
    except (SyntaxError, ValueError):
        return ""
    parts = [ast.get_docstring(module) or ""]
    for node in ast.walk(module):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            documented = ast.get_docstring(node)
            if documented:
                parts.append(f"{node.name}\n\n{documented}")
    return "\n\n".join(part for part in parts if part) + "\n"


def _tutor(language: str, *, tutors: Path) -> list[LocalSource]:
    """Vim's tutorial, a short manual in many languages, where Vim's runtime files are installed."""
    found = sorted(tutors.glob(f"vim*/tutor/tutor*.{language}.utf-8"))
    if not found:
        return []
    return [
        LocalSource(
            name="vim-tutor",
            directory=language,
            package="vim",
            version=found[-1].parents[1].name.removeprefix("vim"),
            licence="Vim",
            format="text-tree",
            kind="prose",
            note="Vim's tutorial, from this machine",
            fingerprint=repr([(str(path), path.stat().st_size) for path in found]),
            read=lambda: [(f"{path.name}.txt", path.read_bytes()) for path in found],
        )
    ]
