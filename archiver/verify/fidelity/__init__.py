"""The proof of fidelity: reads pages, bodies and Markdown by code of its own.

Nothing here imports from archiver.body, so that the same mistake cannot be made twice.
"""
