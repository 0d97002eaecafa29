"""The workflows: one graph a file, and the registry that names them."""
