"""The programming language of a file, by its name and by what stands in it.

A path and the first bytes of the file enter; the name of the language leaves, ``""`` where neither tells. An extension
that several languages share is decided by the marks that only one of them has; a modeline of Emacs or Vim goes before all.
"""

import re
from functools import cache
from posixpath import basename, splitext

from pipelines.readers.opening import compression_suffix

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
#: The program that the first line names, whatever its version.
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

#: Extensions that several languages share: what a line of the one has and no line of the others, tried in this order. The
#: language of the extension is what is left.
_AMBIGUOUS = {
    ".h": (
        ("objective-c", r"^[ \t]*@(?:interface|protocol|property|end|class)\b|^[ \t]*#import\b"),
        (
            "c++",
            r"^[ \t]*(?:class\s+\w+[^;{]{0,200}[{:]|template\s*<|namespace\s+[\w:]*\s*\{|using\s+(?:namespace\s+)?[\w:]+|"
            r"(?:public|private|protected)\s*:|virtual\s|constexpr\s|#\s*include\s*<(?:iostream|string|vector|memory|map|algorithm|functional|utility)>)|\bstd::",
        ),
    ),
    ".m": (
        ("objective-c", r"^[ \t]*(?:@(?:interface|implementation|protocol|property|end|class|import)\b|#(?:import|include)\b)"),
        ("mathematica", r"^\(\*|\bBeginPackage\[|:=\s*Module\["),
        (
            "matlab",
            r"^[ \t]*(?:%|function\b|end[ \t;]*$|clear\b|close all)|^[^\n\"]*\.[*/^]"
            r"|^[ \t]*\w+\s*=\s*[^\n{]*;[ \t]*(?:%[^\n]*)?$",
        ),
    ),
    ".pl": (
        (
            "perl",
            r"^[ \t]*(?:use (?:strict|warnings|utf8|lib|v?5|\w+::)|my [$@%(]|sub \w+|package [\w:]+;|print\b[^\n]*;|1;$)"
            r"|[$@]\w+\s*=",
        ),
        ("prolog", r"^:-\s|^[a-z]\w*(?:\([^\n]*\))?\s*(?::-|\.[ \t]*(?:%[^\n]*)?$)"),
    ),
    ".pm": (("perl", r"^[ \t]*(?:package|use|sub|my)\b"),),
    ".t": (
        ("perl", r"^[ \t]*(?:use (?:strict|warnings|Test::|lib)|my [$@%(]|plan tests)"),
        ("python", r"^(?:  \$ |  > |#require )"),
    ),
    ".r": (("rebol", r"^[ \t]*REBOL\s*\["),),
    ".ts": (("xml", r"\A\s*<\?xml|\A\s*<!DOCTYPE TS>|\A\s*<TS\b"),),
    ".v": (
        (
            "coq",
            r"^[ \t]*(?:Require\s+(?:Import|Export)|Theorem|Lemma|Definition|Fixpoint|Inductive|Proof\.|Qed\.|Section\s+\w+\.)"
            r"|^\(\*",
        ),
        ("verilog", r"^[ \t]*(?:module|endmodule|always|assign|wire|reg|input|output|`timescale|`include|`define)\b|^[ \t]*`"),
        ("v", r"^[ \t]*(?:fn\s|pub fn\s|module\s+main$|import\s+\w+$|mut\s)"),
    ),
    ".md": (("gcc-machine-description", r"^\(define_(?:insn|expand|predicate|constants|attr|split|c_enum)\b"),),
    ".cls": (
        ("tex", r"^[ \t]*\\(?:NeedsTeXFormat|ProvidesClass|LoadClass|RequirePackage|newcommand|def)\b|^%"),
        ("visual-basic", r"^(?:VERSION \d|Attribute VB_|Option Explicit|(?:Public|Private) (?:Sub|Function)\b)"),
        ("apex", r"^[ \t]*(?:public|private|global)\s+(?:with\s+sharing\s+|virtual\s+|abstract\s+)*class\b"),
    ),
    ".pro": (
        ("qmake", r"^[ \t]*(?:QT|TEMPLATE|TARGET|SOURCES|HEADERS|CONFIG)\s*[+*-]?="),
        ("prolog", r"^:-|^[a-z]\w*\([^\n]*\)\s*(?::-|\.)"),
        ("idl", r"^[ \t]*(?:pro|function)\s+\w+|^[ \t]*(?:compile_opt|endif|endfor|end)\b"),
    ),
    ".pp": (
        ("puppet", r"^[ \t]*(?:class\s+[\w:]+\s*[({]|define\s+[\w:]+\s*[({]|node\s+['\"\w]|include\s+::?\w|\w+\s*\{\s*['\"])"),
        ("pascal", r"^[ \t]*(?:program|unit|uses|begin|procedure|function|var|const|type|interface)\b"),
    ),
    ".f": (("forth", r"^[ \t]*: \S+ (?:\(|[^\n]* ;)"), ("filebench", r"^set \$\w+=|^define fileset")),
    ".fs": (
        ("glsl", r"^[ \t]*(?:#version|precision|uniform|varying|void main\s*\(|gl_)"),
        ("forth", r"^: \S+ |^[ \t]*\\ "),
        ("f#", r"^[ \t]*(?:let|open|module|namespace|type|member|match)\b"),
    ),
    ".cl": (
        ("opencl", r"\b(?:__kernel|kernel void|__global|get_global_id|#pragma OPENCL)\b"),
        ("cool", r"^[ \t]*class\s+\w+(?:\s+inherits\s+\w+)?\s*\{"),
    ),
    ".ml": (("standard-ml", r"^[ \t]*(?:structure|signature|functor)\s+\w+\s*[:=(]|^[ \t]*fun\s+\w+"),),
    ".sc": (("supercollider", r"^[ \t]*(?:SynthDef\b|\w+\s*\{\s*\|[^\n]*\||~\w+\s*=)|\.(?:ar|kr)\("),),
    ".rs": (("xml", r"\A\s*<\?xml"), ("renderscript", r"^#pragma\s+(?:version|rs)\b")),
    ".ss": (("scheme", r"^[ \t]*[(;]"),),
    ".s": (("assembly", r"^[ \t]*(?:[.#;@/]|\w+:|[a-z]{2,7}\s)"),),
    ".inl": (("c", r"^[ \t]*typedef\s+struct\b"),),
    ".cs": (("smalltalk", r"^!\w+ methodsFor:"),),
    ".d": (("makefile", r"^[\w./-]+\.o\s*:"), ("d", r"^[ \t]*(?:module|import|void|class|unittest)\b")),
    ".as": (("assembly", r"^[ \t]*(?:\.|\w+:)"), ("actionscript", r"^[ \t]*(?:package|import|public class)\b")),
    ".inc": (
        ("php", r"<\?(?:php|=)"),
        ("assembly", r"^[ \t]*(?:%(?:define|macro|include)|\.macro|\w+\s+(?:equ|EQU|PROC|db)\b)"),
        ("c++", r"^[ \t]*#\s*(?:include|define|if)|\bstd::|//"),
        ("pascal", r"^[ \t]*(?:\{\$|procedure|function|const)\b"),
    ),
    ".cgi": (("perl", r"^[ \t]*(?:use strict|my [$@%])"), ("python", r"^[ \t]*(?:import|from)\s"), ("shell", r"^[ \t]*echo\b")),
}
#: Files without an extension, and those whose extension says nothing, by their first characters.
_BY_CONTENT = (
    ("php", r"\A\s*<\?php"),
    ("html", r"\A\s*<!doctype html|\A\s*<html\b"),
    ("xml", r"\A\s*<\?xml\b"),
    ("makefile", r"\A(?:[ \t]*(?:#[^\n]*|[\w.-]+[ \t]*[:?+]?=[^\n]*|)\n)*\.PHONY[ \t]*:"),
)
_MODELINE = re.compile(
    r"-\*-[ \t]*(?:mode:[ \t]*)?([\w+#-]+)[ \t]*(?:;[^\n]{0,80})?-\*-|-\*-[^\n]{0,80}\bmode:[ \t]*([\w+#-]+)"
    r"|\b(?:vim?|ex):[^\n]{0,60}\b(?:ft|filetype|syntax)=([\w+#-]+)",
    re.IGNORECASE,
)
_LANGUAGE_BY_MODE = {
    mode: language
    for language, modes in {
        "c++": "cpp c++",
        "c": "c",
        "objective-c": "objc",
        "perl": "cperl perl",
        "python": "python",
        "ruby": "ruby",
        "shell": "sh shell-script bash",
        "javascript": "js javascript",
        "prolog": "prolog",
        "tcl": "tcl",
        "lisp": "lisp common-lisp emacs-lisp",
        "scheme": "scheme",
        "matlab": "octave matlab",
        "fortran": "fortran f90",
        "makefile": "makefile make makefile-gmake",
        "typescript": "typescript",
        "php": "php",
        "verilog": "verilog",
        "coq": "coq",
        "r": "r",
        "haskell": "haskell",
        "html": "html",
        "xml": "xml nxml",
        "yaml": "yaml",
        "cmake": "cmake",
        "java": "java",
        "lua": "lua",
        "sql": "sql",
        "assembly": "asm",
    }.items()
    for mode in modes.split()
}
#: What is read of a file to tell its language.
HEAD_BYTES = 20_000


@cache
def _rules(extension: str) -> list[tuple[str, re.Pattern[str]]]:
    return [(language, re.compile(pattern, re.MULTILINE)) for language, pattern in _AMBIGUOUS.get(extension, ())]


@cache
def _content_rules() -> list[tuple[str, re.Pattern[str]]]:
    return [(language, re.compile(pattern, re.IGNORECASE)) for language, pattern in _BY_CONTENT]


def may_be_code(path: str) -> bool:
    """Whether a file of this name is worth opening: it has a known extension, or none at all."""
    name = basename(path.removesuffix(compression_suffix(path))).lower()
    extension = splitext(name)[1]
    return not extension or extension in _AMBIGUOUS or bool(language_of(path))


def language_of(path: str, head: bytes = b"") -> str:
    """The language of a file: by its name, where that leaves a choice by a modeline, ``#!`` line or content; else ``""``.

    Without ``head`` the language that files of the name usually have.
    """
    name = basename(path.removesuffix(compression_suffix(path))).lower()
    extension = splitext(name)[1]
    named = _LANGUAGE_BY_NAME.get(name) or _LANGUAGE_BY_EXTENSION.get(extension, "")
    if not head or (named and extension not in _AMBIGUOUS) or (extension and not named and extension not in _AMBIGUOUS):
        return named
    text = head[:HEAD_BYTES].decode("latin-1")
    told = _by_modeline(text) or _by_first_line(head)
    if told:
        return told
    rules = _rules(extension) if extension else _content_rules()
    return next((language for language, pattern in rules if pattern.search(text)), named)


def _by_modeline(text: str) -> str:
    lines = text[:1000].split("\n")[:5]
    found = next(filter(None, map(_MODELINE.search, lines)), None)
    mode = next(filter(None, found.groups()), "") if found else ""
    return _LANGUAGE_BY_MODE.get(mode.lower(), "")


def _by_first_line(head: bytes) -> str:
    found = _SHEBANG.match(head[:256]) if head.startswith(b"#!") else None
    interpreter = found[1].decode("latin-1").lower() if found else ""
    return _LANGUAGE_BY_INTERPRETER.get(re.sub(r"[\d.]+$", "", interpreter), "")
