"""From a device's table in the site file to its driver, open: a module a kind. Kiosk, doctor and tests open alike."""
