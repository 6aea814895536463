"""The fixture of a stand-in registry, for every test of the sample."""

from tests.pipelines.sample.packages import registry

__all__ = ["registry"]
