"""The pictures that come with the course: drawn when they are needed, not stored.

Every generator draws picture ``i`` from its seed, its split and ``i`` alone, so that a set is the
same for everybody and a smaller set is the beginning of a larger one.
"""

from course_utils.samples import digits, folders, hands, horses_humans, other_animals, pets

__all__ = ["digits", "folders", "hands", "horses_humans", "other_animals", "pets"]
