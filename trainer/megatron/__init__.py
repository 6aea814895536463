"""The part of the trainer that needs megatron-core; nothing else of ours imports it."""
