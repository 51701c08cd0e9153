"""What is true: plain synchronous Python without I/O, clock or framework; time is an argument."""
