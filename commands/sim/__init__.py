"""One simulated device by hand, on its wire: a module a kind of device."""
