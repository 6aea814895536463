"""What is particular to Korean text: eojeol, morphemes, look-alike writing."""
