"""What SQLite says of a store that cannot be used, as a sentence with what to do."""

import sqlite3

_SENTENCES = {
    "locked": "is being written by another load; wait for it and try again "
    "(where none runs, take away the folder of this name with .lock behind it)",
    "readonly": "cannot be written; make it writable, or name another file for store",
    "unable to open": "cannot be opened; make it and its folder writable, or name another file for store",
    "full": "cannot be written, since the disk is full; free some space and load again: what was loaded stays",
    "disk I/O": "cannot be written (is the disk full?); free some space and load again: what was loaded stays",
    "not a database": "is damaged or no SQLite file; move it away and load again",
    "malformed": "is damaged; move it away and load again",
}


def sentence(error: sqlite3.DatabaseError) -> str:
    """Say what is wrong with a store and what to do, from SQLite's words."""
    said = str(error)
    for words, told in _SENTENCES.items():
        if words in said:
            return told
    return f"cannot be used ({said}); move it away and load again, or name another file for store"
