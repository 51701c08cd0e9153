"""Household case coordination: one family, one case, one lead, a minimal joint view."""
