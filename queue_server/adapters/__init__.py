"""The journal on SQL, the broker, the voice: what the service's ports meet in a real hall."""
