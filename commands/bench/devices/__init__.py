"""`./hallq bench devices`: how fast devices see, read, draw and print: a module a subject, each with `bench`."""
