"""The Korean edition: what its authors write, the notebooks made of it, and what is missing."""
