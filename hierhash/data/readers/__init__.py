"""One reader a file: each turns a source into a catalogue."""
