"""Why a model decides as it does, and where it is wrong: one small module a view."""
