"""The same town as the actions' tests."""

from tests.actions.conftest import policy, town

__all__ = ["policy", "town"]
