"""Pictures in, model inputs out, and model boxes back: previews, letterboxes, crops, boxes."""
