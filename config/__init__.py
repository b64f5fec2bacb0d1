"""The YAML language: schema, loader, shipped catalogues, policies, calendars and the sample city."""
