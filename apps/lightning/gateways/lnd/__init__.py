"""LND over REST (lightning 10.3): its certificate pinned, its macaroon sent, its words understood.

`rest` speaks HTTP and tells what was sent from what was lost; `words` reads LND's JSON; `gateway` is what the executor
and ops use.
"""
