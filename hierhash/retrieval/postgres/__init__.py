"""The store that is a PostgreSQL database with pgvector: loaded only where one is named."""
