"""Personal data in running Korean sentences with exact offsets, and look-alikes that are none: the exam of the PII scanner.

Written without a look at the recognisers it examines. Every value is made up from a seed; none belongs to anybody.
"""
