"""Look at rows of the training set: sorted, filtered, page by page."""
