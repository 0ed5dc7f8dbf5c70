"""From what a user asks to answers of a store, for the command line, notebooks and servers."""
