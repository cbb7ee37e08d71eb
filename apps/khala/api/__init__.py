"""Requests in: the WebSocket, and the HTTP routes around it. Parse, call one service, map out."""
