"""What Khala knows: topics, access, tokens, cursors, windows, and the connection core. No Django, no I/O."""
