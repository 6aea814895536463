"""What the server that forks training processes imports, once; nothing here may start a thread."""

import contextlib
import warnings

with warnings.catch_warnings(), contextlib.suppress(ImportError):
    warnings.simplefilter("ignore")
    import trainer.megatron.pretraining
    import trainer.pretrain_command  # noqa: F401
