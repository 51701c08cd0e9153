"""The doors' own fixtures."""

from tests.browser import chromium
from tests.doors import amina, amina_token, app, bare, provider, town

__all__ = ["amina", "amina_token", "app", "bare", "chromium", "provider", "town"]
