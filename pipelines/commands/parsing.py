"""What every command's parser is made with."""

import argparse
import sys
from collections.abc import Callable
from typing import Any


def command(commands: Any, name: str, function: Callable[[argparse.Namespace], int], **texts: str) -> Any:
    """The parser of a command that ``function`` does; ``texts`` as of ``add_parser``."""
    parser = commands.add_parser(name, formatter_class=argparse.RawDescriptionHelpFormatter, **texts)
    parser.set_defaults(function=function)
    return parser


def fail(error: Exception, code: int = 1) -> int:
    """Tells an error; the exit code."""
    print(f"malmoi: {error}", file=sys.stderr)
    return code
