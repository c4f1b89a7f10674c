"""Runs the chapters where students run them: on Colab's versions, the oldest, and the newest.

``kinds`` says which environments there are, ``install`` makes one with uv, ``computer`` gives
every chapter a fresh computer in it, ``public_copy`` stands for the repository on GitHub,
``execution`` runs the chapters, and ``shares`` says which part of all this CI takes.
"""
