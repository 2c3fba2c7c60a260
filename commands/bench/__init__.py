"""`./hallq bench`: one module a bench, and what they share: rows, callers, a bare group commit, real servers."""
