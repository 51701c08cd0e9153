"""The mutations: each resolver is one action, answered with its result or a typed problem."""

#: The class that holds the mutations; None while there are none.
MUTATION: type | None = None
