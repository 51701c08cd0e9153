"""Taking over published registers: again changes nothing, later versions update, no row is lost."""
