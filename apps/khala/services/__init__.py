"""What Khala does: read the journal, hand pages to connections, admit, revoke, drain."""
