"""Tests of sealing, opening, key rings and rotation."""
