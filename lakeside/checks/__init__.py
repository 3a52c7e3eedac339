"""What is judged after a load."""
