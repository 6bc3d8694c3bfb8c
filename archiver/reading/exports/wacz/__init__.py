"""The parts of a WACZ file (WACZ 1.1.1): WARC files, their index, the list of pages, the seal."""
