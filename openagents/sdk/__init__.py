"""The Python client: sign-in, commands, and live sync that can prove it missed nothing. The CLI `oa` is its shell.

It knows contracts and the pure rooms (`openagents.receipts`, `openagents.secretbox`, `openagents.nostr`), never Django
and never a plane. Start reading at `client.Client`; `sync_api.SyncClient` is the same for scripts.
"""
