"""Label trees in files: YAML, CSV of edges or paths, folders; and trees from plain Python data."""
