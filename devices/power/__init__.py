"""Uninterruptible power supplies, asked through the Network UPS Tools daemon; nothing is ever switched."""
