"""Takedown: documents leave every stage and shard of a run, and a scan proves that they are gone.

Enters: a run directory, and ids, texts or URI prefixes. Leaves: the run without those documents, ``RUN/tombstones``, and
``RUN/takedowns/<n>`` with what was done, as hashes and numbers. :mod:`pipelines.takedown.taking` puts the steps together.
"""
