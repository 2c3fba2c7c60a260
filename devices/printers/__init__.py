"""Printers: how papers look, how they get onto paper, and a printer to try it on."""
