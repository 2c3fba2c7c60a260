"""The tables of a kiosk's book of numbers."""

APPLICATION_ID = 0x48514B42  # "HQKB", by which `file` and we know the file
VERSION = 1  # of the tables below; a change of them is a new version, and a step that brings the old one up to it

SCHEMA = (
    f"PRAGMA application_id = {APPLICATION_ID}",
    f"PRAGMA user_version = {VERSION}",
    # one row: whose book it is, and which journal of the server its blocks come from ("": not heard yet)
    "CREATE TABLE owner (hall_id TEXT NOT NULL, kiosk_id TEXT NOT NULL, incarnation TEXT NOT NULL) STRICT",
    # the id that a queue's next block is being asked for with
    "CREATE TABLE wish (prefix TEXT PRIMARY KEY, command_id TEXT NOT NULL, business_day TEXT NOT NULL) STRICT",
    # numbers first to last; those below next are used, whatever became of them
    """CREATE TABLE block (
        lease_id TEXT PRIMARY KEY, prefix TEXT NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
        next INTEGER NOT NULL, business_day TEXT NOT NULL, CHECK (first <= next AND next <= last + 1)
    ) STRICT""",
    # position is the order of arrival; body is the MergeTicket as it is handed in
    """CREATE TABLE ticket (
        position INTEGER PRIMARY KEY AUTOINCREMENT, ticket_id TEXT NOT NULL UNIQUE, command_id TEXT NOT NULL UNIQUE,
        prefix TEXT NOT NULL, number INTEGER NOT NULL, business_day TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('waiting', 'merged', 'needs_person')), code TEXT, body BLOB NOT NULL,
        UNIQUE (business_day, prefix, number)
    ) STRICT""",
)
