"""contribkit.toml: its models, how it is read, and what the organisation in it is asked."""
