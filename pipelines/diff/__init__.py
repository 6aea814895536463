"""The difference between two runs (``malmoi diff``): what another recipe kept, lost and moved."""
