"""The links between the articles of an archive as a graph."""

from __future__ import annotations

import sqlite3
from typing import Final

import networkx as nx

_NODES: Final = "SELECT id, title, coalesce(category, '') FROM articles ORDER BY id"
_EDGES: Final = """
    SELECT article_id, target_id, count(*) FROM links
    WHERE target_id <> article_id AND target_id IN (SELECT id FROM articles)
    GROUP BY article_id, target_id ORDER BY article_id, target_id
"""


def link_graph(connection: sqlite3.Connection) -> nx.DiGraph[int]:
    """A node for every article, an edge from each to those that it links to.

    A node has ``title`` and ``category`` (empty where the page names none), an edge has ``weight``,
    the number of links. Links of an article to itself and to articles that the archive does not
    have are left out.
    """
    graph: nx.DiGraph[int] = nx.DiGraph()
    for article, title, category in connection.execute(_NODES):
        graph.add_node(article, title=title, category=category)
    graph.add_weighted_edges_from(connection.execute(_EDGES))
    return graph
