"""The aegis plane: verification, risk budgets, warranties, bonds, claims, disputes, ground truth.

It never moves money itself.
"""
