"""What people and clocks do: one async function per verb: load, decide, change, record."""
