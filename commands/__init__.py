"""What `./hallq` does beyond one process: prepare the machine, demonstrate, test, examine, picture, measure."""
