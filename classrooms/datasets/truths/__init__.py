"""What a facilitator knows of the data: for their eyes only, and compared with what was claimed."""
