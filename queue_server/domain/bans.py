"""What a ban is called where nobody may see the person's hash."""

import hashlib

LABEL, DIGITS = b"ban of ", 16


def ban_id_of(person: str) -> str:
    """The id of a person's ban: 16 hex digits from which nobody finds the hash that it was made from.

    It is the same for each ban of one person, so that an audit can tell that a ban was lifted.
    """
    return hashlib.sha256(LABEL + person.encode()).hexdigest()[:DIGITS]
