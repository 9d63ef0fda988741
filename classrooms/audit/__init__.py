"""Who did what in a Dojo, for its facilitators and staff."""
