"""The arithmetic of the mix: shares, upsampling with an epoch cap, and how often each document is used."""
