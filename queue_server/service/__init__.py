"""How commands are carried out and how their events are followed, over ports."""
