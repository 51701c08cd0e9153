"""The command line, one file per group of commands. Each module's `register(app)` adds its own."""
