"""Evaluators with a network of their own: a simulated tablet."""
