"""Who uses a simulated hall: visitors at kiosks, booked people, clerks, the desk, managers, and its clockwork."""
