"""The recipes and layouts that come with the package, by name.

A name (``7b``) or a path enters; the path of a recipe leaves, or the layout that is shipped for it on a number of devices.
"""

import tomllib
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from .recipe import Layout
from .recipe_mistakes import RecipeError

_FOLDER = Path(__file__).parent / "recipes"
_LAYOUTS = "layouts.toml"


def recipe_names() -> list[str]:
    """The names of the shipped recipes."""
    return sorted(path.stem for path in _FOLDER.glob("*.toml") if path.name != _LAYOUTS)


def recipe_path(name: str) -> Path:
    """Of a shipped recipe by its name, or a path as it is; raises :class:`RecipeError` where there is neither."""
    if Path(name).is_file():
        return Path(name)
    if name in recipe_names():
        return _FOLDER / f"{name}.toml"
    raise RecipeError(f"{name}: there is no such recipe; shipped are: {', '.join(recipe_names())}")


def shipped_gpus(name: str) -> int:
    """For how many devices a shipped recipe's own layout is made."""
    return int(_layouts()[name]["gpus"])


def shipped_layout(name: str, *, gpus: int) -> tuple[Layout, list[int]] | None:
    """The layout for a shipped recipe on ``gpus`` devices of 80 GB and the micro-batch size of each stage; None: no such."""
    entry = _layouts()[name].get(str(gpus))
    if entry is None:
        return None
    micro_batches = TypeAdapter(list[int]).validate_python(entry.pop("micro_batch_size"))
    return Layout.model_validate(entry), micro_batches


def _layouts() -> dict[str, Any]:
    return tomllib.loads((_FOLDER / _LAYOUTS).read_text(encoding="utf-8"))
