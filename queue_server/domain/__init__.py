"""The rules of a hall's queues, pure: no clock, no disk, no network."""
