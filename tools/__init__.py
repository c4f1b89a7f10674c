"""What maintainers run: the course's runner and the tools that keep its notebooks in order."""
