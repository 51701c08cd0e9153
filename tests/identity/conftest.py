"""The doors' own fixtures."""

from tests.doors import amina, amina_token, app, provider, town

__all__ = ["amina", "amina_token", "app", "provider", "town"]
