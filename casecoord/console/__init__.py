"""The HTML door: pages for people, on the same actions as the GraphQL door; they work without JavaScript."""
