"""Judges of functions and networks that students write; what is asked stands in the chapters."""
