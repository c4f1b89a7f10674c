"""The course's recipe measured against the sources' own, alternating on the same pictures.

``python -m tools.bench speed`` measures images per second, memory, input pipelines and the rest;
``python -m tools.bench accuracy`` trains pairs with equal seeds and epochs; ``table`` writes what
was measured into the README. Every recipe runs in a process of its own, one at a time.
"""
