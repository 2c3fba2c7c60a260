"""Calls spoken in the hall: one voice in a zone, generated Mandarin, a chime where the voice fails."""
