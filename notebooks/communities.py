# ---
# jupyter:
#   jupytext:
#     formats: ipynb,py:percent
# ---

# %% [markdown]
# # 主题社区 · Topic communities
#
# Which articles belong together, by their links alone? The map equation, which the blog itself has
# written about
# ([最小熵原理(五):“层层递进”之社区发现与聚类](https://kexue.fm/archives/7006)), lets somebody walk
# from article to article along the links at random, and looks for the grouping with which the walk
# is described in the fewest bits. [Infomap](https://www.mapequation.org) finds it.
#
# A link is taken in both directions: it says that two articles belong together, whichever was
# there first. Articles without a link to another one take no part.

# %%
from collections import Counter
from math import log2

import matplotlib.pyplot as plt
import networkx as nx
import numpy as np
import pandas as pd
from charts import COLOURS, DATA, INK, need, short, use_style
from infomap import Infomap
from IPython.display import display
from matplotlib.collections import PatchCollection
from matplotlib.patches import PathPatch
from matplotlib.path import Path

import archiver

use_style()
data = archiver.load(DATA)
articles = data.articles(bodies=False)
links = data.graph()
need(links.number_of_edges() >= 10, "ten links between its articles")
graph = nx.Graph()
for source, target, weight in links.edges(data="weight"):
    before = graph.get_edge_data(source, target, {"weight": 0})["weight"]
    graph.add_edge(source, target, weight=before + weight)
print(
    f"{len(links):,} articles, {links.number_of_edges():,} links between them;"
    f" {len(graph):,} articles take part, in {nx.number_connected_components(graph)} pieces"
)

# %% [markdown]
# ## 码长 · Code length
#
# One code book for all articles needs as many bits a step as the first line says. With a book for
# every community, and an index above them that is used at each crossing, common steps get short
# words. Below, the map equation is computed once more from the hierarchy that Infomap returns: each
# level's books are weighted with how often they are used, and together they are Infomap's figure.

# %%
infomap = Infomap(silent=True, seed=1, num_trials=20)
for source, target, weight in graph.edges(data="weight"):
    infomap.add_link(source, target, weight)
result = infomap.run()
places = {node.node_id: node.path for node in result.nodes()}

total = 2 * graph.size("weight")
visits = {node: degree / total for node, degree in graph.degree(weight="weight")}
crossings = Counter()  # how often the walk leaves a module
for source, target, weight in graph.edges(data="weight"):
    for one, other in ((source, target), (target, source)):
        for depth in range(1, len(places[one])):
            if places[one][:depth] != places[other][:depth]:
                crossings[places[one][:depth]] += weight / total

books = {}  # module → how often each of its words is used; the root is ()
for article, place in places.items():
    books.setdefault(place[:-1], []).append(visits[article])
    for depth in range(1, len(place)):
        books.setdefault(place[:depth], [])
        books.setdefault(place[: depth - 1], [])
for module in [module for module in books if module]:
    books[module[:-1]].append(crossings[module])  # to go into it
    books[module].append(crossings[module])  # to leave it


def bits(uses: list[float]) -> float:
    """The share of a code book in the bits of a step."""
    return sum(-use * log2(use / sum(uses)) for use in uses if use)


levels = Counter()
for module, uses in books.items():
    levels[len(module)] += bits(uses)
table = pd.DataFrame(
    {
        "one book for all articles": [bits(list(visits.values()))],
        **{
            f"level {depth}: {sum(len(module) == depth for module in books)} book(s)": [length]
            for depth, length in sorted(levels.items())
        },
        "all levels together": [sum(levels.values())],
        "Infomap says": [result.codelength],
    },
    index=["bits a step"],
)
display(table.T.round(3))
assert np.isclose(sum(levels.values()), result.codelength)

# %% [markdown]
# ## 社区与标签 · The communities, named by their tags
#
# A community is a module of the lowest level. It is named by the tags that are more frequent in it
# than elsewhere, and shown with the article through which the walk comes most often.

# %%
members = {}
for article, place in places.items():
    members.setdefault(place[:-1], []).append(article)
tags = articles.tags
everywhere = Counter(tag for article in graph for tag in tags[article])


def name_of(group: list[int]) -> str:
    """The two tags that tell a group from the rest, or its most central article."""
    inside = Counter(tag for article in group for tag in tags[article])
    weights = {
        tag: count * log2(count / len(group) / (everywhere[tag] / len(graph)))
        for tag, count in inside.items()
    }
    best = sorted(weights, key=lambda tag: (-weights[tag], tag))[:2]
    return " · ".join(short(tag, 12) for tag in best) or short(articles.title[centre_of(group)], 10)


def centre_of(group: list[int]) -> int:
    """The article of a group with the most visits."""
    return max(group, key=lambda article: (visits[article], -article))


topics = pd.DataFrame(
    [
        {
            "community": name_of(group),
            "articles": len(group),
            "visits": sum(visits[article] for article in group),
            "centre": short(articles.title[centre_of(group)], 24),
            "members": group,
        }
        for _, group in sorted(members.items())
    ],
    index=range(1, len(members) + 1),
)
largest = topics.nlargest(15, "articles").sort_index()
display(largest.drop(columns="members").assign(visits=largest.visits.map("{:.0%}".format)))

# %% [markdown]
# ## 全图 · The map
#
# Every article is a point on the ring, every link a line; communities stand together and have one
# colour. Lines inside a community stay near the ring, those between communities cross it.

# %%
gaps = min(0.25, 0.02 * len(topics))  # the share of the ring that is between communities
gap, step = gaps / len(topics), (1 - gaps) / len(graph)
angles, colours, middles = {}, {}, {}
turn = 0.0
shown = {number: COLOURS[place] for place, number in enumerate(largest.index)}
for number, group in topics.members.items():
    begin = turn
    for article in group:
        angles[article] = np.pi / 2 - 2 * np.pi * turn
        colours[article] = shown.get(number, "#cccccc")
        turn += step
    middles[number] = np.pi / 2 - np.pi * (begin + turn - step)
    turn += gap


def on_ring(angle: float, radius: float = 1.0) -> np.ndarray:
    """A point by its angle."""
    return radius * np.array([np.cos(angle), np.sin(angle)])


def line(source: int, target: int) -> PathPatch:
    """A link: a curve that comes nearer to the middle the farther its ends are apart."""
    ends = on_ring(angles[source]), on_ring(angles[target])
    apart = np.linalg.norm(ends[0] - ends[1]) / 2
    control = (ends[0] + ends[1]) / 2 * (1 - 0.8 * apart)
    path = Path([ends[0], control, ends[1]], [Path.MOVETO, Path.CURVE3, Path.CURVE3])
    return PathPatch(path, fill=False)


def draw(ends: list[tuple[int, int]], alpha: float, colour: list[str] | str) -> None:
    """Draw links in a colour, or each in its own."""
    lines = [line(source, target) for source, target in ends]
    axes.add_collection(
        PatchCollection(lines, facecolor="none", edgecolor=colour, alpha=alpha, linewidth=1.1)
    )


figure, axes = plt.subplots(figsize=(9, 6))
inside = [ends for ends in graph.edges if places[ends[0]][:-1] == places[ends[1]][:-1]]
across = [ends for ends in graph.edges if places[ends[0]][:-1] != places[ends[1]][:-1]]
draw(across, min(0.8, 0.1 + 20 / (1 + len(across))), "#999999")
draw(inside, 0.8, [colours[source] for source, _ in inside])
spots = np.array([on_ring(angles[article]) for article in graph])
sizes = [20 + 1200 * visits[article] for article in graph]
axes.scatter(*spots.T, s=sizes, c=[colours[article] for article in graph], zorder=3)
for number in largest.index:
    axes.text(*on_ring(middles[number], 1.14), str(number), ha="center", va="center",
              color=INK, weight="bold")  # fmt: skip
    axes.scatter([], [], color=shown[number], label=f"{number}  {topics.community[number]}")
axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
axes.set(aspect="equal", xlim=(-1.25, 1.25), ylim=(-1.25, 1.25))
axes.axis("off")
plt.show()

# %% [markdown]
# ## 与博客的分类比较 · Compared with the blog's categories
#
# The author sorts his articles into categories; the links know nothing of them. How much does the
# community of an article tell about its category? The mutual information is 0 when it tells
# nothing, but small groups agree a little by chance. So it is compared with what 200 random
# shuffles of the communities give: 0 is chance, 1 is the same grouping.

# %%
community = pd.Series({a: n for n, group in topics.members.items() for a in group})
both = pd.DataFrame({"community": community, "category": articles.category}).dropna()
both = both.sort_index()


def entropy(labels: pd.Series) -> float:
    """The entropy of a grouping in bits."""
    shares = labels.value_counts(normalize=True)
    return float(-(shares * np.log2(shares)).sum())


def information(one: pd.Series, other: pd.Series) -> float:
    """The mutual information of two groupings in bits."""
    pairs = pd.Series(list(zip(one, other, strict=True)))
    return entropy(one) + entropy(other) - entropy(pairs)


chance = np.random.default_rng(1)
category = both.category.astype(str)
shuffled = [
    information(pd.Series(chance.permutation(both.community)), category) for _ in range(200)
]
found, by_chance = information(both.community, category), np.mean(shuffled)
most = (entropy(both.community) + entropy(category)) / 2
adjusted = (found - by_chance) / (most - by_chance)
print(
    f"mutual information {found:.2f} bits, by chance {by_chance:.2f}"
    f" (at most {max(shuffled):.2f} in 200 shuffles); adjusted: {adjusted:.2f}"
)

# %%
crossed = pd.crosstab(both.community, category).reindex(largest.index, fill_value=0)
crossed = crossed.loc[:, crossed.sum().sort_values(ascending=False).index]

figure, axes = plt.subplots(figsize=(9, 1.2 + 0.32 * len(crossed)))
axes.imshow(crossed, cmap="Blues", aspect="auto", vmax=crossed.to_numpy().max() * 2)
axes.set_xticks(range(crossed.shape[1]), crossed.columns.map(short))
axes.set_yticks(
    range(len(crossed)), [f"{topics.community[number]}  {number}" for number in crossed.index]
)
for (row, column), count in np.ndenumerate(crossed.to_numpy()):
    if count:
        axes.text(column, row, str(count), ha="center", va="center")
axes.grid(visible=False)
axes.tick_params(length=0, labeltop=True, labelbottom=False)
axes.spines[:].set_visible(False)
plt.show()
