"""The proof of fidelity: what is stored of an article, read again and compared with its source."""
