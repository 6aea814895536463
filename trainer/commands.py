"""Training and what comes of it: train pretrain, train plan, train generate, export."""

import argparse
import sys
from collections.abc import Callable
from typing import Any

Command = Callable[..., Any]

_TRAIN_EPILOG = """\
examples:
  malmoi train pretrain tiny --shards RUN/shards --out TRAINING       # shipped: tiny, 1b, 7b, full; or a recipe's path
  torchrun --nproc-per-node 8 -m malmoi train pretrain 1b --shards RUN/shards --out TRAINING
  torchrun --nproc-per-node 8 -m malmoi train pretrain my.toml --out TRAINING
A shipped recipe takes the layout that `malmoi train plan NAME --gpus N` shows for as many processes.
Run the same command again to go on from the latest checkpoint, under any layout. SIGTERM saves, then ends.
"""
_TRAIN_PLAN_EPILOG = """\
examples:
  malmoi train plan 7b                               # shipped: tiny, 1b, 7b, full; or a recipe's path
  malmoi train plan 7b --gpus 8 --device h200
  malmoi train plan my.toml --gpus 64 --json | jq '.plan.seconds / 86400'
  malmoi train plan 7b --gpus 64 --write my.toml     # the recipe with the layout for 64 devices
Nothing is run. Exit code 1 if the layout does not divide or does not fit; the changes that would make it fit are told.
"""
_GENERATE_EPILOG = """\
examples:
  malmoi train generate TRAINING --prompt '대한민국의 수도는'
  malmoi train generate TRAINING/checkpoints/step-00001000 --prompt @prompt.txt --temperature 0.8 --top-p 0.95 --seed 1
  malmoi train generate TRAINING --prefix 'def add(a, b):' --suffix '    return total'     # writes what stands between
Text is ordinary text: '<|endoftext|>' in it is thirteen characters, not the special token.
"""
_EXPORT_EPILOG = """\
examples:
  malmoi export TRAINING --to hf DIR                        # the latest checkpoint; any layout, one process
  malmoi export TRAINING/checkpoints/step-00001000 --to hf DIR
  malmoi export DIR --from hf --out TRAINING                # a run with one checkpoint, at step 0, without optimizer state
DIR is a LlamaForCausalLM with tokenizer and chat template: transformers and vLLM load it.
"""


def add(commands: Any, command: Command) -> None:
    """Adds the commands; ``command`` makes a parser."""
    _add_train(commands, command)
    _add_export(commands, command)


def _add_train(commands: Any, command: Command) -> None:
    train = commands.add_parser("train", help="train the model on packed shards").add_subparsers(
        dest="train_command", required=True, metavar="COMMAND"
    )
    pretrain = command(
        train, "pretrain", _train_pretrain, help="pretrain on packed shards; run again to resume", epilog=_TRAIN_EPILOG
    )
    pretrain.add_argument("recipe", metavar="RECIPE", help="a path, or a shipped recipe: tiny, 1b, 7b, full")
    pretrain.add_argument(
        "--out", required=True, metavar="TRAINING", help="recipe, checkpoints and figures of the training run; its directory"
    )
    pretrain.add_argument("--shards", metavar="DIR", help="what malmoi build made, RUN/shards (default: the recipe's)")
    _add_train_plan(train, command)
    _add_train_generate(train, command)


def _add_train_plan(train: Any, command: Command) -> None:
    text = "what training takes: memory, time and traffic of a layout, and which layouts fit"
    plan = command(train, "plan", _train_plan, help=text, description=text, epilog=_TRAIN_PLAN_EPILOG)
    plan.add_argument("recipe", metavar="RECIPE", help="a path, or a shipped recipe: tiny, 1b, 7b, full")
    plan.add_argument("--gpus", type=int, metavar="N", help="devices (default: what the recipe's layout is made for)")
    plan.add_argument("--device", metavar="NAME", help="a100, h100, h200, b200 or cpu (default: h100; cpu for fp32)")
    plan.add_argument("--vocab-size", type=int, help="of the tokenizer (default: that of the shards, else 100,000)")
    plan.add_argument("--document-tokens", type=int, metavar="N", help="typical length of a document (default: the sequence)")
    plan.add_argument("--efficiency", type=float, metavar="SHARE", help="of the peak that kernels reach (default: 0.5)")
    plan.add_argument("--write", metavar="FILE", help="the recipe with this layout, or the best that fits")
    plan.add_argument("--json", action="store_true")


def _add_train_generate(train: Any, command: Command) -> None:
    text = "continue a prompt, or fill in the middle, from a checkpoint"
    generate = command(train, "generate", _train_generate, help=text, description=text, epilog=_GENERATE_EPILOG)
    generate.add_argument("checkpoint", metavar="CHECKPOINT", help="RUN/checkpoints/step-..., or RUN for its latest")
    generate.add_argument("--prompt", metavar="TEXT", help="what to go on from; @FILE for a file's text")
    generate.add_argument("--prefix", metavar="TEXT", help="what stands before the middle; @FILE")
    generate.add_argument("--suffix", metavar="TEXT", help="what stands behind it; @FILE")
    generate.add_argument("--form", choices=["psm", "spm"], default="psm", help="order of prefix, suffix, middle (psm)")
    generate.add_argument("--tokenizer", metavar="FILE", help="tokenizer.json (default: the one of the run)")
    generate.add_argument("--max-tokens", type=int, default=128)
    generate.add_argument("--temperature", type=float, default=0.0, help="0: always the likeliest token (default)")
    generate.add_argument("--top-p", type=float, default=1.0, help="draw from the likeliest tokens of this probability (1)")
    generate.add_argument("--seed", type=int, default=0)
    generate.add_argument("--json", action="store_true", help="ids as well")


def _add_export(commands: Any, command: Command) -> None:
    text = "a checkpoint as a model in the Hugging Face format, and back"
    export = command(commands, "export", _export, help=text, description=text, epilog=_EXPORT_EPILOG)
    export.add_argument("source", metavar="CHECKPOINT", help="a checkpoint or its run; with --from, the model's directory")
    way = export.add_mutually_exclusive_group(required=True)
    way.add_argument("--to", nargs=2, metavar=("FORMAT", "DIR"), help="hf DIR")
    way.add_argument("--from", dest="from_format", choices=["hf"], help="the format of the directory given")
    export.add_argument("--out", metavar="RUN", help="with --from: the training run to make")
    export.add_argument("--tokenizer", metavar="FILE", help="tokenizer.json (default: the one of the run, or in the directory)")


def _train_pretrain(arguments: argparse.Namespace) -> int:
    from trainer.pretrain_command import pretrain_command

    return pretrain_command(arguments.recipe, out=arguments.out, shards=arguments.shards)


def _train_plan(arguments: argparse.Namespace) -> int:
    from trainer.plan_command import run_plan

    return run_plan(
        arguments.recipe,
        sys.stdout,
        gpus=arguments.gpus,
        device=arguments.device,
        vocab_size=arguments.vocab_size,
        document_tokens=arguments.document_tokens,
        efficiency=arguments.efficiency,
        write=arguments.write,
        as_json_text=arguments.json,
    )


def _train_generate(arguments: argparse.Namespace) -> int:
    from trainer.generate_command import read_text, run_generate

    return run_generate(
        arguments.checkpoint,
        sys.stdout,
        prompt=read_text(arguments.prompt),
        prefix=read_text(arguments.prefix),
        suffix=read_text(arguments.suffix),
        form=arguments.form,
        tokenizer=arguments.tokenizer,
        max_tokens=arguments.max_tokens,
        temperature=arguments.temperature,
        top_p=arguments.top_p,
        seed=arguments.seed,
        as_json=arguments.json,
    )


def _export(arguments: argparse.Namespace) -> int:
    from trainer.export_command import run_export

    return run_export(
        arguments.source,
        sys.stdout,
        to=arguments.to,
        from_format=arguments.from_format,
        out=arguments.out,
        tokenizer=arguments.tokenizer,
    )
