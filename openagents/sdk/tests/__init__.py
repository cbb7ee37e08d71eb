"""Tests of the client: machines by table and by hypothesis, real files, real processes, a real WebSocket server."""
