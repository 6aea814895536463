"""Chat and preference shards (``malmoi chat``): conversations and comparisons in, Parquet files of token ids out."""
