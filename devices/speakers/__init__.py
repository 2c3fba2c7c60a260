"""Modules that speak sentences by themselves. Speech as sound is the queue server's own."""
