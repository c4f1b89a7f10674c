"""Measures the ranges that chapters compare results with: ``make references``.

Each experiment is the training of a chapter's headline result, with the chapter's own builder,
pictures and plan, once per random seed. What is measured lies in ``course_utils/references``.
"""
