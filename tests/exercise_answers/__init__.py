"""Answers to the exercises, one module per chapter, for tests/test_exercise_answers.py.

Each module has two dictionaries with the exercises' numbers as keys: RIGHT holds lists of answers
that must be accepted, WRONG lists of pairs: a typical wrong answer, and words of the hint that is
meant for it. STUBS holds the untouched stubs of those that ask for a function.
"""
