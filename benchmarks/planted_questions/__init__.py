"""Benchmark-like questions and the forms in which their copies turn up in documents, for ``benchmarks/contamination.py``."""
