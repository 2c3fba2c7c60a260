"""`./hallq doctor`: what is well on this machine and in its hall, what is not, and what a person does about it."""
