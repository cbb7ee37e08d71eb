"""The lanes of control as objects on a client: `client.workers`, `client.threads`, `client.treasury`, …

Each module holds the commands of one lane and the class that dispatches them.
"""
