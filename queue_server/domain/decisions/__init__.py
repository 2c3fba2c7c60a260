"""What each kind of command leads to, a module a subject. `queue_server.domain.decide` looks them up."""
