"""What a site file says about devices: a module a kind."""
