"""Files and folders on disk: whole or absent, locked while changed, and checked by hash."""
