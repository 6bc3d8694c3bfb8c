"""A body as a list of events, read from its tree once; all that is made from a body reads the list.

One place decides what is visible and where a line ends: ``archiver.tree.display``, asked once for
each element.
"""
