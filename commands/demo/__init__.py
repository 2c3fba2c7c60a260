"""A whole hall on simulated devices, with citizens and clerks who follow the load model."""
