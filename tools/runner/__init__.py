"""Executes the course's notebooks and judges from outside whether they did what they say.

``supervisor.run`` is the entry: it starts one worker process per chapter, at most two at a time.
Each worker executes its notebook with papermill in a watched kernel (``chapter``), then holds the
outputs (``outputs``), the results file (``results``) and the training that was seen (``honesty``)
against what was asked.
"""
