"""Live sync on lane N: a sans-IO core (`session`, `topics`, `outcomes`, `frames`) and one WebSocket transport.

Only `websocket` may touch a socket. The rest gets bytes, results and the time, and answers with actions.
"""
