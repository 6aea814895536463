"""Conversations to rows of token ids and loss masks, in the order of the input.

Entries enter in batches; rows go to a :class:`~pipelines.chat.output.ShardWriter`, and whatever is lost or cut to the ledger.
"""

from collections.abc import Sequence

import pyarrow as pa

from filters.document import Failure
from tokenizer.chat import ChatEncoder, leading_turns

from .lines import Entry
from .output import Ledger, Lengths, ShardWriter
from .records import Conversation, RecordError, conversation_of

SCHEMA = pa.schema(
    [
        pa.field("id", pa.string(), nullable=False),
        pa.field("source", pa.string(), nullable=False),
        pa.field("token_ids", pa.list_(pa.int32()), nullable=False),
        pa.field("loss_mask", pa.list_(pa.uint8()), nullable=False),
        pa.field("length", pa.int32(), nullable=False),
        pa.field("learned", pa.int32(), nullable=False),
        pa.field("turns", pa.int32(), nullable=False),
    ]
)


class Conversations:
    """Turns batches of entries into rows."""

    schema = SCHEMA

    def __init__(self, encoder: ChatEncoder, writer: ShardWriter, ledger: Ledger, *, max_tokens: int) -> None:
        self._encoder, self._writer, self._ledger, self._max_tokens = encoder, writer, ledger, max_tokens
        self.forms: dict[str, int] = {}
        self.lengths = Lengths()
        self.learned = 0

    def add(self, entries: Sequence[Entry]) -> None:
        """The rows of sound entries; ledger rows of all that are not, or not wholly."""
        found: list[tuple[Entry, Conversation]] = []
        for entry in entries:
            try:
                if entry.problem:
                    raise entry.problem
                found.append((entry, conversation_of(entry.record)))
            except RecordError as problem:
                self._ledger.record(entry.row(problem.action, [problem.failure]))
        encoded = self._encoder.encode([conversation.messages for _, conversation in found])
        for (entry, conversation), chat in zip(found, encoded, strict=True):
            kept = leading_turns(chat, max_tokens=self._max_tokens)
            edits = list(conversation.edits)
            num_turns, length = len(chat.turn_ends), len(chat.ids)
            if kept is None:
                first = int(chat.turn_ends[1])
                detail = f"its first question and answer alone are {first} tokens"
                failure = Failure("too_long", float(first), float(self._max_tokens), detail)
                self._ledger.record(entry.row("dropped", [failure]))
                continue
            if len(kept.ids) < length:
                detail = f"{len(kept.turn_ends)} of {num_turns} turns are kept, {len(kept.ids)} tokens"
                edits.append(Failure("cut_to_length", float(length), float(self._max_tokens), detail))
            if edits:
                self._ledger.record(entry.row("edited", edits))
            self._ledger.kept(entry.source)
            self.forms[conversation.form] = self.forms.get(conversation.form, 0) + 1
            self.lengths.add(len(kept.ids))
            learned = int(kept.loss_mask.sum())
            self.learned += learned
            row = (entry.id, entry.source, kept.ids, kept.loss_mask, len(kept.ids), learned, len(kept.turn_ends))
            self._writer.add(row, tokens=len(kept.ids))

    def finish(self) -> dict[str, int]:
        """What the index says of the whole."""
        return {"conversations": sum(self.forms.values()), "tokens": self.lengths.tokens, "learned_tokens": self.learned}
