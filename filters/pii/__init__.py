"""Personal data: found by recognisers, replaced as the recipe says."""
