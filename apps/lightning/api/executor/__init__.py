"""The wallet executor."""
