"""Ids that ascend in the order in which they are made: the same life picks the same rows, and can be lived again."""

import os
from typing import Any


class Ascending:
    """What the module `uuid` sees as `os`, so that every `uuid4()` is higher than the one before."""

    #: Made elsewhere, by a process that nobody asks afterwards how many it made.
    BLOCK = 1 << 20

    def __init__(self, last: int = 0) -> None:
        self.last = last

    def __getattr__(self, name: str) -> Any:
        return getattr(os, name)

    def urandom(self, size: int) -> bytes:
        self.last += 1
        # Before the bits in which a UUID says its version.
        return self.last.to_bytes(6) + bytes(size - 6)

    def leave_block(self) -> int:
        """From where on another may make a block of ids."""
        begins, self.last = self.last, self.last + self.BLOCK
        return begins
