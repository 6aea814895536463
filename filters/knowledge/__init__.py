"""How much a document reads like knowledge: a fastText classifier on the register of its language, calibrated.

Texts marked as knowledge (law, manuals, textbooks, references, papers) and ordinary ones (reviews, talk, stories) enter
:mod:`~filters.knowledge.training`; a directory with the model, its calibration and its card leaves.
:class:`~filters.knowledge.scoring.KnowledgeScorer` opens it: texts enter, probabilities leave.
"""
