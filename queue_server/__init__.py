"""The hall queue server: it decides, journals, and only then tells."""
