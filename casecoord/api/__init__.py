"""The GraphQL door: trusted documents over HTTP, one root field = one action = one transaction."""
