"""The numbers that documents and organisations carry: their forms, their checks, and what they say. No I/O.

Each module refuses with `hall.identity.InvalidNumber`, whose message says why and never repeats the number.
"""
