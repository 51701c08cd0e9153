"""What goes out on paper."""
