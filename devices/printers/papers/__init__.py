"""What a hall hands out on paper: a module a paper, each from a typed face to blocks."""
