"""Tests of the pure forms: every worked example of the documents, and their properties."""
