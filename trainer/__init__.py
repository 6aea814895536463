"""Trains and aligns the model on packed shards; the only importer of torch, meeting the pipelines on disk alone."""
