"""Readers: one module a format, each turning a piece of a file into records, rejections and things that are no document.

Every reader module has ``read(piece, *, settings)``; ``planning.find_pieces`` makes the pieces.
"""
