"""Trace: which documents stand in a sequence of a shard, and where in the shards a document stands.

Enters: a run (or its shards directory alone), and a shard with a sequence, or an id. Leaves: every piece with its document
and its text, or every use with its places. :mod:`pipelines.trace_command` tells it.
"""
