"""What editors know of our files: JSON Schemas for the YAML language server, and the lines by which it finds them."""
