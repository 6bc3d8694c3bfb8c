"""An archive in Datasette 0.65: its metadata, and a plug-in, which alone imports Datasette."""
