"""The pages that show why a model decides as it does, and where it is wrong.

Each view is a question. Its answer was computed in a worker; here it is only put into
words. Imports no scientific library.
"""
