"""Document cameras: finding the page in a picture, making it straight, and invented pictures to try both on."""
