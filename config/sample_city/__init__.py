"""The sample city, made up: `python -m config.sample_city DIR` writes it, the same bytes each time."""
