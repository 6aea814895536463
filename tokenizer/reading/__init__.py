"""Tokenizers of others, read for comparison: tokenizer.json, tiktoken, Mistral's tekken, SentencePiece."""
