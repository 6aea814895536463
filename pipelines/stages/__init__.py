"""The stages of a build, one a file, in the order of DESIGN.md section 4."""
