"""What a model is: its sizes, and how many parameters they make.

The ``[model]`` table of a recipe and a vocabulary size enter, a frozen :class:`ModelConfig` leaves. Nothing here needs torch:
planning and export read it too. The architecture is Llama's: RMSNorm before each block, grouped-query attention with
rotary positions, SwiGLU, no biases (facts of the HyperCLOVA X report, arXiv 2404.01954).
"""

import math
from dataclasses import dataclass

#: Vocabulary rows are padded to this: shapes suit the hardware, and any power of two of tensor ranks divides them.
_VOCABULARY_MULTIPLE = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelConfig:
    """Sizes of a decoder. ``rope_base`` is that of the first stage; stages may have their own."""

    num_layers: int
    hidden_size: int
    ffn_hidden_size: int
    num_attention_heads: int
    num_query_groups: int
    head_dim: int
    vocab_size: int
    max_sequence_length: int
    norm_eps: float = 1e-5
    rope_base: float = 10_000.0
    tie_embeddings: bool = False
    init_std: float = 0.02

    def padded_vocab_size(self, tensor: int = 1) -> int:
        """Rows of the embedding under ``tensor`` tensor-parallel ranks; the same for every power of two up to 128."""
        multiple = math.lcm(_VOCABULARY_MULTIPLE, tensor)
        return -(-self.vocab_size // multiple) * multiple

    def num_layer_parameters(self) -> int:
        """Parameters of one layer: attention, SwiGLU, two norms."""
        heads = self.head_dim * (2 * self.num_attention_heads + 2 * self.num_query_groups)
        return self.hidden_size * (heads + 3 * self.ffn_hidden_size + 2)

    def num_embedding_parameters(self, tensor: int = 1) -> int:
        """Parameters of the word embedding, which the output layer shares or has once more."""
        return self.padded_vocab_size(tensor) * self.hidden_size

    def num_parameters(self, tensor: int = 1) -> int:
        """All parameters, the padding of the vocabulary included."""
        embeddings = self.num_embedding_parameters(tensor) * (1 if self.tie_embeddings else 2)
        return self.num_layers * self.num_layer_parameters() + embeddings + self.hidden_size

    def num_matrix_parameters(self) -> int:
        """Parameters that each token is multiplied with: all but the norms and the lookup of the word embedding."""
        layers = self.num_layers * (self.num_layer_parameters() - 2 * self.hidden_size)
        return layers + self.vocab_size * self.hidden_size

    def training_flops(self, *, num_tokens: int, sum_squared_lengths: int) -> float:
        """Floating-point operations of forward and backward, without recomputation.

        ``sum_squared_lengths`` is the sum of the squares of the lengths of the pieces that attend to themselves; the half that
        causality masks does not count, so this is lower than counts that take every sequence as one full square.
        """
        matrices = 2.0 * self.num_matrix_parameters() * num_tokens
        attention = 2.0 * self.num_layers * self.num_attention_heads * self.head_dim * sum_squared_lengths
        return 3.0 * (matrices + attention)
