"""An independent reading of a hall's history: what must hold, written from the issue and not from the engine's rules.

Nothing here imports the rules of `queue_server.domain`; a test holds this. It knows the messages, the plan and the
record type, keeps a book of its own, and looks at everybody who waits wherever the engine looks at heads of lines.
"""
