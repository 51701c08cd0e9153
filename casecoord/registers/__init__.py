"""Readers of published files: pure, each row ends as a record or as a Refused with its reason.

A reader never looks at a clock, a database or another file, and no reason ever quotes a row's content.
"""
