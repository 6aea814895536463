"""ko-pii's labelled official documents (``ko_pii.eval.synth.generate_corpus``) in our entities.

Its labels for which we have no entity (document, petition, employee and case numbers) become look-alikes.
"""

from .finders import KO_PII_ENTITIES
from .marked import Mark, Sentence


def ko_pii_documents(*, seed: int, num_documents: int) -> list[Sentence]:
    from ko_pii.eval.synth import generate_corpus

    return [
        Sentence(
            text=document.text,
            marks=tuple(
                Mark(span.start, span.end, KO_PII_ENTITIES.get(span.label, ""), span.label)
                for span in sorted(document.spans, key=lambda span: span.start)
            ),
            origin=document.template,
        )
        for document in generate_corpus(num_documents, seed)
    ]
