"""Scanners of QR codes and barcodes. They read text; what a text means is decided in `hall.codes`."""
