"""A careful colleague's checks of each result: on its page, and explained."""
