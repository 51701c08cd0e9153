"""The mail server of the notices' tests."""

from tests.notices.conftest import post

__all__ = ["post"]
