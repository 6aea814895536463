"""Text to ids: morphemes, training, encoding, packing, Megatron shards and their lineage (DESIGN.md section 6)."""
