"""The probe behind ``malmoi plan``: a sample of a recipe's sources goes through the real stages; a forecast leaves.

``strata`` cuts the sources into clusters of records and says how many to take; ``drawing`` takes them; ``sampled_ingest`` and
``running`` pass them through the build's own stages in this process; ``observing`` reads what became of every record;
``estimating`` and ``copies`` turn that into figures of the whole with their intervals; ``forecast`` puts them together.
"""
