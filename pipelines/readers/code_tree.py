"""Read a tree of source code: one document a file, as it is written, with the language its name or first line tells.

Line ends, tabs and spacing stay as they are. A file in an unknown language or of no text is dropped with the reason.
"""

import re
from collections.abc import Iterator
from posixpath import basename, splitext

from pipelines.readers.opening import compression_suffix
from pipelines.readers.record import Outcome, Piece, ReaderSettings, Record, Rejected, dropped
from pipelines.readers.whole_file import decode_file, read_bytes

LANGUAGE_EXTENSIONS = {
    "ada": ".adb .ads",
    "assembly": ".asm .s",
    "batchfile": ".bat .cmd",
    "c": ".c .h",
    "c++": ".cc .cpp .cxx .hh .hpp .hxx .c++ .h++ .ipp .inl",
    "c#": ".cs .csx",
    "clojure": ".clj .cljs .cljc",
    "cmake": ".cmake",
    "css": ".css .scss .sass .less",
    "cuda": ".cu .cuh",
    "dart": ".dart",
    "dockerfile": ".dockerfile",
    "elixir": ".ex .exs",
    "erlang": ".erl .hrl",
    "f#": ".fs .fsi .fsx",
    "fortran": ".f .for .f77 .f90 .f95 .f03 .f08",
    "glsl": ".glsl .vert .frag",
    "go": ".go",
    "graphql": ".graphql .gql",
    "groovy": ".groovy .gradle",
    "haskell": ".hs .lhs",
    "html": ".html .htm .xhtml .vue .svelte",
    "java": ".java",
    "javascript": ".js .mjs .cjs .jsx",
    "json": ".json .json5 .jsonc",
    "julia": ".jl",
    "kotlin": ".kt .kts",
    "lisp": ".lisp .lsp .cl .el",
    "lua": ".lua",
    "makefile": ".mk .mak",
    "markdown": ".md .markdown",
    "matlab": ".matlab",
    "nix": ".nix",
    "objective-c": ".m .mm",
    "ocaml": ".ml .mli",
    "pascal": ".pas .pp .dpr",
    "perl": ".pl .pm .t",
    "php": ".php .phtml",
    "powershell": ".ps1 .psm1 .psd1",
    "prolog": ".pro .prolog",
    "protobuf": ".proto",
    "python": ".py .pyi .pyw .pyx .pxd",
    "r": ".r .rmd",
    "restructuredtext": ".rst",
    "ruby": ".rb .rake .gemspec",
    "rust": ".rs",
    "scala": ".scala .sc",
    "scheme": ".scm .ss .rkt",
    "shell": ".sh .bash .zsh .ksh .fish",
    "sql": ".sql",
    "solidity": ".sol",
    "swift": ".swift",
    "tcl": ".tcl",
    "terraform": ".tf .tfvars .hcl",
    "tex": ".tex .sty .cls .bib",
    "toml": ".toml",
    "typescript": ".ts .tsx .mts .cts",
    "verilog": ".v .vh .sv .svh",
    "vhdl": ".vhd .vhdl",
    "vim-script": ".vim",
    "visual-basic": ".vb .bas .vbs",
    "xml": ".xml .xsd .xsl .xslt",
    "yaml": ".yaml .yml",
    "zig": ".zig",
}
_LANGUAGE_BY_EXTENSION = {
    extension: language for language, extensions in LANGUAGE_EXTENSIONS.items() for extension in extensions.split()
}
_LANGUAGE_BY_NAME = {
    "makefile": "makefile",
    "gnumakefile": "makefile",
    "dockerfile": "dockerfile",
    "cmakelists.txt": "cmake",
    "rakefile": "ruby",
    "gemfile": "ruby",
    "vagrantfile": "ruby",
    "jenkinsfile": "groovy",
    "sconstruct": "python",
    "build.bazel": "python",
}
_SHEBANG = re.compile(rb"#![ \t]*[^\s]*?(?:/env[ \t]+(?:-S[ \t]+)?(?:\w+=\S+[ \t]+)*)?([\w.+-]+)[ \t\r]*(?:[ \t-].*)?(?:\n|\Z)")
_LANGUAGE_BY_INTERPRETER = {
    "bash": "shell",
    "dash": "shell",
    "fish": "shell",
    "ksh": "shell",
    "sh": "shell",
    "zsh": "shell",
    "lua": "lua",
    "node": "javascript",
    "nodejs": "javascript",
    "deno": "typescript",
    "perl": "perl",
    "php": "php",
    "pypy": "python",
    "python": "python",
    "rscript": "r",
    "ruby": "ruby",
    "tclsh": "tcl",
}
#: PEP 263; Ruby and Emacs write it in the same way.
_DECLARED_ENCODING = re.compile(rb"\A(?:[^\n]*\n)?[ \t\f]*(?:#|//|;).*?coding[:=][ \t]*([-\w.]+)")


def language_of(path: str, head: bytes = b"") -> str:
    """The language that a file's name tells, or else its first line (``#!``); ``""`` if neither does."""
    name = basename(path.removesuffix(compression_suffix(path))).lower()
    named = _LANGUAGE_BY_NAME.get(name) or _LANGUAGE_BY_EXTENSION.get(splitext(name)[1])
    if named or not head.startswith(b"#!"):
        return named or ""
    found = _SHEBANG.match(head[:256])
    interpreter = found[1].decode("latin-1").lower() if found else ""
    return _LANGUAGE_BY_INTERPRETER.get(re.sub(r"[\d.]+$", "", interpreter), "")


def read(piece: Piece, *, settings: ReaderSettings) -> Iterator[Outcome]:
    """The one document of the file."""
    extension = splitext(basename(piece.path.removesuffix(compression_suffix(piece.path))).lower())[1]
    if extension and not language_of(piece.path):
        # A name with another extension is not opened: images and archives are most of what a tree holds besides code.
        yield _unknown_language(piece, extension)
        return
    data = read_bytes(piece, settings=settings)
    if isinstance(data, Rejected):
        yield data
        return
    language = language_of(piece.path, data)
    if not language:
        yield _unknown_language(piece, extension)
        return
    if b"\x00" in data[:8000] and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        yield dropped("binary_file", f"{piece.path} has zero bytes: it is no source text", raw_bytes=len(data))
        return
    declared = _DECLARED_ENCODING.match(data)
    encoding = declared[1].decode("ascii", "replace") if declared else settings.encoding
    text = decode_file(data, piece=piece, declared=encoding)
    if isinstance(text, Rejected):
        yield text
        return
    yield Record(text, 0, language=language, raw_bytes=len(data))


def _unknown_language(piece: Piece, extension: str) -> Rejected:
    detail = (
        f"{piece.path}: no language has the extension {extension}" if extension else f"{piece.path}: no extension, no #! line"
    )
    return dropped("unknown_language", detail, raw_bytes=piece.size)
