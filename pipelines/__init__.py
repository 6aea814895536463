"""The only importer of Apache Beam: partitions, stages, recipes, the report."""
