"""One file per published system, and a registry by name."""
