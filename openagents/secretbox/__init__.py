"""Secrets at rest: sealed and opened with AES-256-GCM under a key ring, bound to a purpose (README 4.15).

It knows neither whose secret it is nor where the sealed text is stored, and never falls back to a default key.
"""
