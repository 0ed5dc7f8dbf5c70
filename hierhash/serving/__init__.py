"""The HTTP server: a session's answers as JSON, its pictures, and the search page."""
