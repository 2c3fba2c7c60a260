"""Microcontroller boards that carry counter bars and five-key evaluators: codec, link, simulator.

The protocol is described in docs/protocol/board-link.md.
"""
