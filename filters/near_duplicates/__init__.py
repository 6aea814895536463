"""Shingles and MinHash signatures by which near-duplicates are found, Korean first."""
