"""The server: flow and its stages, media, schema, web, command line."""
