"""What can be wrong with the store, for those who must say so."""


class DatabaseError(Exception):
    """The database cannot be used; the message says why and what to do."""
