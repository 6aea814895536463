"""One script per figure that the README quotes, each against a peer in the same run."""
