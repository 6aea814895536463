"""Tests of what needs megatron-core."""
