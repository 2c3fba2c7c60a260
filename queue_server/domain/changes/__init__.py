"""How each kind of event changes the hall's day, a module a subject. `queue_server.domain.evolve` looks them up."""
