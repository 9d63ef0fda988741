"""The leak desk: what is suspected of an upload before its split, and the repairs of a click."""
