"""The kiosk's way to the outside: the hall's server, its devices, its texts, and a control socket for simulations."""
