"""The web face: aiohttp routes over flow and catalogue."""
