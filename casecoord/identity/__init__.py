"""Who is at the door: bearer tokens and sessions become a Caller. The only reader of credentials."""
