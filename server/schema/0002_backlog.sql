-- Which photos an analyzer has looked at, without reading its results: a server that starts asks this of every photo.

CREATE INDEX results_by_stamp ON results (photo, analyzer, version, checksum);
