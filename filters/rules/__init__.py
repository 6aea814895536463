"""One rule per module: ``filters.rules.<name>.<CamelCase name>(**recipe table).judge(view)`` gives every failing rule.

Enters: a :class:`filters.view.View`. Leaves: a list of :class:`filters.document.Failure`, empty where the document
passes. A rule never changes text. The recipe loader finds a rule by its module's name; there is no registry.
"""
