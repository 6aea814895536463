"""The sample corpus: real Korean, multilingual and code text from packages pinned by version and SHA-256.

A directory to fill enters; the corpus, its ``licences.jsonl`` and ``sample.json``, and a report leave.
"""

from pipelines.sample.errors import SampleError
from pipelines.sample.gathering import gather
from pipelines.sample.report import SampleReport, SourceReport, as_text

__all__ = ["SampleError", "SampleReport", "SourceReport", "as_text", "gather"]
