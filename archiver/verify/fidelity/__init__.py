"""The proof of fidelity: reads pages, bodies and Markdown by code of its own.

Nothing here imports ``archiver.body``, directly or through others. A mistake of the extraction is
therefore not made a second time by its judge.
"""
