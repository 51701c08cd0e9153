"""May it happen, and how much of it may be shown: the only importer of casbin."""
