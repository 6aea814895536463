"""The command line: one subcommand per job. What a subcommand needs is imported when it is called.

Exit codes: 0 done, 1 failed, 2 wrong usage or recipe, 130 interrupted.
"""

import argparse
import sys
from collections.abc import Sequence

from pipelines.commands import builds, documents, runs, tokenizers
from pipelines.commands.parsing import command, fail
from trainer import commands as training


def main(argv: Sequence[str] | None = None) -> int:
    """Runs a command; the exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    beam: list[str] = []
    if "--" in words:
        cut = words.index("--")
        words, beam = words[:cut], words[cut + 1 :]
    arguments = _parser().parse_args(words)
    if beam and arguments.command != "build":
        print("malmoi: only build takes Beam options after --", file=sys.stderr)
        return 2
    arguments.beam = beam
    try:
        return arguments.function(arguments)
    except KeyboardInterrupt:
        print("malmoi: interrupted; run the same command again to go on", file=sys.stderr)
        return 130
    except BrokenPipeError:
        return 1
    except Exception as error:
        # What is not the user's affair keeps its traceback.
        code = getattr(error, "exit_code", 1 if isinstance(error, ValueError | OSError) else None)
        if code is None:
            raise
        return fail(error, code)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="malmoi",
        description="Raw text to clean, deduplicated, token-exact Megatron shards for a Korean language model, and the model.",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for group in (builds, runs, documents, tokenizers):
        group.add(commands)
    training.add(commands, command)
    return parser


if __name__ == "__main__":
    sys.exit(main())
