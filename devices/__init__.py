"""Drivers for the things a hall is made of, and simulators that sit on the wire beneath them."""
