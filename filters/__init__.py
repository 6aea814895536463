"""What a document is, and what judges, scores and edits one: a leaf that knows nothing of Beam or of torch."""
