"""One recogniser a file: number format, checksum, and legal source in its docstring."""
