"""The store: every row the daemon keeps, and all SQL."""
