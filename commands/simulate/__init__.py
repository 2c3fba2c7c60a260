"""A hall in one thread from a seed: the real engine and journal on a disk that loses power at will."""
