"""Between the hall's messages and the microcontroller boards that carry counter bars and evaluators."""
