"""Formats and pixels: the one door through which file content becomes pictures and facts."""
