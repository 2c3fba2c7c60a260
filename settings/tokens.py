"""Tokens by which devices are known: random, shown once, and kept as a hash.

A token holds 256 random bits, so that a plain SHA-256 of it cannot be turned back by trying; no slow hash is needed.
"""

import hashlib
import secrets

TOKEN_BYTES = 32


def new_token() -> str:
    """A fresh token, 43 characters of A-Z a-z 0-9 - _."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def digest_of(token: str) -> str:
    """What is kept of a token: its SHA-256, in hex."""
    return hashlib.sha256(token.encode()).hexdigest()
