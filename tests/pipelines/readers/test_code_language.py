"""The language of a file whose name leaves a choice."""

import time

import pytest

from pipelines.readers.code_language import _AMBIGUOUS, language_of, may_be_code

ROWS = [
    ("a.h", "int add(int a, int b);\n", "c"),
    ("a.h", "#pragma once\nnamespace a {\nclass B;\n}\n", "c++"),
    ("a.h", "#include <vector>\nint f();\n", "c++"),
    ("a.h", "#import <Foundation/Foundation.h>\n@interface A\n@end\n", "objective-c"),
    ("a.h", "/* -*- mode: c++ -*- */\nint f();\n", "c++"),
    ("a.m", "@implementation A\n@end\n", "objective-c"),
    ("a.m", "% 행렬의 곱\nfunction c = f(a, b)\n  c = a .* b;\nend\n", "matlab"),
    ("a.m", "(* 설명 *)\nBeginPackage[\"A`\"]\n", "mathematica"),
    ("a.pl", "use strict;\nmy $x = 1;\n", "perl"),
    ("a.pl", "#!/usr/bin/perl\nprint 1\n", "perl"),
    ("a.pl", ":- module(a, [b/1]).\nb(X) :- c(X).\n", "prolog"),
    ("a.pl", "parent(kim, lee).\nparent(lee, park).\n", "prolog"),
    ("a.t", "use Test::More tests => 1;\n", "perl"),
    ("a.r", "x <- c(1, 2)\n", "r"),
    ("a.r", "REBOL [Title: {a}]\n", "rebol"),
    ("a.ts", "import { a } from 'b';\n", "typescript"),
    ("a.ts", "<?xml version=\"1.0\"?>\n<!DOCTYPE TS>\n<TS/>\n", "xml"),
    ("a.v", "module a(input b);\nendmodule\n", "verilog"),
    ("a.v", "Theorem a : forall n, n = n.\nProof.\nQed.\n", "coq"),
    ("a.md", "# 제목\n\n본문\n", "markdown"),
    ("a.md", "(define_insn \"a\"\n", "gcc-machine-description"),
    ("a.cls", "\\NeedsTeXFormat{LaTeX2e}\n\\ProvidesClass{a}\n", "tex"),
    ("a.cls", "VERSION 1.0 CLASS\nAttribute VB_Name = \"A\"\n", "visual-basic"),
    ("a.pro", "QT += core\nSOURCES += a.cpp\n", "qmake"),
    ("a.pp", "class nginx {\n  package { 'nginx': }\n}\n", "puppet"),
    ("a.pp", "program a;\nbegin\nend.\n", "pascal"),
    ("a.fs", "#version 330\nvoid main() {}\n", "glsl"),
    ("a.fs", "module A\nlet x = 1\n", "f#"),
    ("a.cl", "__kernel void f(__global float *a) {}\n", "opencl"),
    ("a.cl", "(defun f (x) x)\n", "lisp"),
    ("a.inc", "<?php\necho 1;\n", "php"),
    ("a.inc", "\n", ""),
    ("a.py", "#!/bin/sh\necho\n", "python"),
    ("run", "<?php\necho 1;\n", "php"),
    ("run", "# vim: set ft=ruby :\nputs 1\n", "ruby"),
    ("run", "echo\n", ""),
    ("README", "읽어 두기\n", ""),
]  # fmt: skip


@pytest.mark.parametrize(("path", "text", "language"), ROWS)
def test_language(path: str, text: str, language: str) -> None:
    assert language_of(f"/src/{path}", text.encode()) == language


@pytest.mark.parametrize(
    ("path", "opened"), [("a.py", True), ("a.inc", True), ("run", True), ("Makefile", True), ("a.png", False), ("a.h.gz", True)]
)
def test_what_is_worth_opening(path: str, opened: bool) -> None:
    assert may_be_code(path) is opened


@pytest.mark.parametrize("extension", ["", *sorted(_AMBIGUOUS)])
def test_hostile(extension: str) -> None:
    for piece in (b"\n", b" ", b"a ", b"class a ", b"a=1\n", b"-*-", b"a:-", b"#\n", b"(*", b"(a)", b"<!--", b"@", b"\xff"):
        start = time.process_time()
        language_of(f"a{extension}", piece * (1_000_000 // len(piece)))
        assert time.process_time() - start < 1, piece
