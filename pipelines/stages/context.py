"""What every stage of a build knows: the recipe, the run directory, and the manifests of the stages before it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pipelines.engine import files
from pipelines.engine.ledger import add_up
from pipelines.engine.stage import Unit
from pipelines.recipe_tables import Recipe


@dataclass
class Context:
    """A build on its way. ``root`` is where the recipe's relative paths start."""

    recipe: Recipe
    run: str
    root: str
    #: Optional sources of which there is no file.
    missing_sources: list[str] = field(default_factory=list[str])
    manifests: dict[str, Mapping[str, Any]] = field(default_factory=dict[str, Mapping[str, Any]])
    #: The newest stage that holds documents, which is what the next one reads.
    documents: str = ""

    #: Stages that the recipe does without.
    left_out: list[str] = field(default_factory=list[str])

    def resolve(self, path: str) -> str:
        """A path of the recipe as an absolute path or URL."""
        if "://" in path or path.startswith("/"):
            return path
        return files.join(self.root, path)

    def fingerprint_of(self, stage: str) -> str:
        return str(self.manifests[stage]["fingerprint"])

    def partitions(self, stage: str) -> list[Unit]:
        """The partitions of a finished stage as the units of the next: name, path, and bytes of text."""
        return [
            Unit(
                entry["name"],
                files.join(self.run, stage, f"{entry['name']}.parquet"),
                max(int(entry["stats"].get("text_bytes_kept", 0)), 1),
            )
            for entry in self.manifests[stage]["partitions"]
        ]

    def kept(self, stage: str) -> int:
        return int(self.manifests[stage]["totals"]["kept"])

    def kept_as_made(self, stage: str) -> int:
        """What the stage kept, with what takedowns took from it since."""
        return int(as_made(self.manifests[stage]["totals"])["kept"])


def as_made(counts: Mapping[str, Any]) -> dict[str, Any]:
    """The counts of an entry or of totals as the stage made them: with what takedowns took from them since.

    What later stages work out from counts they work out from these, or a takedown would have them run again.
    """
    own = {key: value for key, value in counts.items() if key not in ("name", "files", "taken_down")}
    return add_up([own, counts.get("taken_down", {})])


def relative_to(root: str, path: str) -> str:
    """A path as seen from the recipe's root, so that ids do not depend on where the corpus lies."""
    prefix = root.rstrip("/") + "/"
    return path[len(prefix) :] if path.startswith(prefix) else path
