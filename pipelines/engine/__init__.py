"""The partition engine: files, manifests, ledgers, the runner and the watchdog."""
