"""Code taken apart: comments and strings of each family of marks."""

import pytest

from filters.code_syntax import take_apart

ROWS = [
    ("python", "x = 1  # 주석\n", "x = 1   \n", "# 주석", 0),
    ("python", '"""설명"""\nx = "#1"\n', ' \nx = ""\n', '"""설명"""', 4),
    ("python", "x = '''a\nb'''\n", 'x = ""\n', "", 9),
    ("python", '"한 줄 설명"\nx = 1\n', " \nx = 1\n", '"한 줄 설명"', 0),
    ("c", "a; // b\n/* c\n d */ e;", "a;  \n  e;", "// b\n/* c\n d */", 0),
    ("c", 'char q = \'"\'; char *s = "/*";', 'char q = ""; char *s = "";', "", 7),
    ("javascript", "let t = `a ${b} // c`;", 'let t = "";', "", 13),
    ("rust", "fn f<'a>(x: &'a str) {} // y", "fn f<'a>(x: &'a str) {}  ", "// y", 0),
    ("shell", "echo $# ${#a} # z", "echo $# ${#a}  ", "# z", 0),
    ("perl", "=pod\n\ntext\n\n=cut\nmy $x;", "\nmy $x;", "\n=pod\n\ntext\n\n=cut", 0),
    ("sql", "select 'a' -- b\n", 'select ""  \n', "-- b", 3),
    ("lua", "x = 1 --[[ a\nb ]] y", "x = 1   y", "--[[ a\nb ]]", 0),
    ("haskell", "f = 1 {- a -}", "f = 1  ", "{- a -}", 0),
    ("lisp", "(a) ; b", "(a)  ", "; b", 0),
    ("html", "<p>a</p><!-- b -->", "<p>a</p> ", "<!-- b -->", 0),
    ("ocaml", "let x = 1 (* y *)", "let x = 1  ", "(* y *)", 0),
    ("visual-basic", "x = 1 ' y", "x = 1  ", "' y", 0),
    ("json", '{"a": 1}', '{"": 1}', "", 3),
    ("no such language", "# a\nb\n#include <c>\n", "\nb\n#include <c>\n", "\n# a", 0),
    ("c", "/* never closed", " ", "/* never closed", 0),
    ("python", "", "", "", 0),
]


@pytest.mark.parametrize(("language", "text", "skeleton", "comments", "num_string_chars"), ROWS)
def test_parts(language: str, text: str, skeleton: str, comments: str, num_string_chars: int) -> None:
    parts = take_apart(text, language)
    assert (parts.skeleton, parts.comments, parts.num_string_chars) == (skeleton, comments, num_string_chars)
