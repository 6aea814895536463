"""Planted near-duplicates: real Korean documents, copies changed in known ways, and what counts as the same.

``documents``  draws the originals; ``draft`` is an original as a change sees it; one module per kind of change;
``kinds``      names every change and makes the pairs; ``truth`` tells how similar a pair is;
``tools``      ours, datatrove's and rensa's MinHash over the same texts; ``signature_speed`` times their signatures.
"""
