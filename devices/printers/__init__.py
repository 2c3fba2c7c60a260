"""Ticket printers: what a ticket looks like, how it gets on paper, and a printer to try it on."""
