"""The control plane: identity, sessions and authorization; the public door to the other planes.

It never keeps a run, worker, thread or message of its own and never settles money: those lanes are forwarded.
"""
