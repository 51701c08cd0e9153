"""The town of the actions' tests, and what stories of keys and erasure are made of."""

from tests.actions.conftest import policy, seed, town

__all__ = ["policy", "seed", "town"]
