"""Benchmark questions in documents: found through changed spacing, particles, endings, width and line breaks."""
