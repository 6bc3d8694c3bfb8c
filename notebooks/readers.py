# ---
# jupyter:
#   jupytext:
#     formats: ipynb,py:percent
# ---

# %% [markdown]
# # 阅读数 · Readers
#
# Every crawl notes how often each article has been read so far. The differences tell what is read
# now. A count is of the day on which it was read; between two counts of an article its readers are
# taken to have come evenly. An article that appeared after the first count began with none.

# %%
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from charts import COLOURS, DATA, need, short, use_style
from IPython.display import display

import archiver

use_style()
data = archiver.load(DATA)
articles = data.articles(bodies=False)
counts = data.readers()
counts["day"] = counts.seen_at.dt.tz_convert("Asia/Shanghai").dt.tz_localize(None).dt.normalize()
first, last = counts.day.min(), counts.day.max()
need(counts.day.nunique() > 1 and (last - first).days >= 4, "reader counts over four days")
weeks = (last - first).days / 7

young = articles[articles.published > first]
births = pd.DataFrame({"article_id": young.index, "day": young.published, "readers": 0})
counts = pd.concat([births, counts[["article_id", "day", "readers"]]])
counts = counts.drop_duplicates(["article_id", "day"], keep="last")
print(
    f"{len(counts):,} counts of {counts.article_id.nunique():,} articles,"
    f" from {first:%Y-%m-%d} to {last:%Y-%m-%d}: {weeks:.0f} weeks"
)

# %% [markdown]
# ## 每天的阅读 · Readers a day

# %%
known = counts.pivot(index="day", columns="article_id", values="readers").astype(float)
daily = known.resample("D").mean().interpolate("time", limit_area="inside")
growth = daily.diff().iloc[1:]

born = articles.published.reindex(growth.columns)
age = pd.DataFrame({article: (growth.index - day).days for article, day in born.items()})
age.index = growth.index
of_young = growth.where(age < 60).sum(axis=1)
of_old = growth.where(~(age < 60)).sum(axis=1)

figure, axes = plt.subplots()
labels = ["更早的文章 · older articles", "60 天内的文章 · younger than 60 days"]
axes.stackplot(growth.index, of_old, of_young, colors=COLOURS[:2], labels=labels)
axes.set_xlim(growth.index.min(), growth.index.max())
axes.set_ylim(0, (of_old + of_young).max() * 1.3)
axes.xaxis.set_major_formatter(
    plt.matplotlib.dates.ConciseDateFormatter(axes.xaxis.get_major_locator())
)
axes.legend(loc="upper left", ncols=2)
axes.set_title("每天新增的阅读数 · new readers a day")
plt.show()

# %% [markdown]
# ## 正在上升 · What rises now
#
# The readers of the last two weeks, beside those of the two weeks before; of fewer days where the
# counts began less than four weeks ago.

# %%
window = min(14, len(growth) // 2)
rising = pd.DataFrame(
    {
        "title": articles.title.reindex(growth.columns).map(short),
        "lately": growth.tail(window).sum(),
        "before": growth.iloc[-2 * window : -window].sum(),
    }
)
rising["change"] = rising.lately - rising.before
top = rising.nlargest(10, "lately")[::-1]

figure, axes = plt.subplots(figsize=(9, 4.6))
places = np.arange(len(top))
axes.barh(places + 0.2, top.lately, 0.4, label=f"最近 {window} 天 · last {window} days")
axes.barh(
    places - 0.2, top.before, 0.4, color="#bbbbbb", label=f"再前 {window} 天 · {window} days before"
)
axes.set_yticks(places, top.title)
axes.grid(visible=False, axis="y")
axes.legend(loc="lower right")
plt.show()

# %% [markdown]
# Among the articles that are older than that, these have gained most.

# %%
start = last - pd.Timedelta(days=2 * window)
is_old = born < start
gains = rising[is_old & (rising.change >= 1)].nlargest(8, "change")
display(gains.round().astype({"lately": int, "before": int, "change": int}))

# %% [markdown]
# What rises has often been mentioned: these newer articles link to one of those above. It is a hint
# and no proof.

# %%
links = data.links()
new = articles[articles.published >= start].index
mentions = links[links.article_id.isin(new) & links.target_id.isin(gains.index)]
mentions = mentions[["article_id", "target_id"]].drop_duplicates()
display(
    pd.DataFrame(
        {
            "new article": articles.title.reindex(mentions.article_id).map(short).to_numpy(),
            "links to": articles.title.reindex(mentions.target_id).map(short).to_numpy(),
        }
    )
)

# %% [markdown]
# ## 年龄与阅读 · Attention by age
#
# How often articles of each age are read now. Every point is one article, averaged over the last
# four weeks; the line joins the medians of ages that double.

# %%
now = growth.tail(28).mean().rename("rate").to_frame()
now["age"] = (last - born).dt.days
now = now[(now.rate > 0) & (now.age > 0)]
edges = 7 * 2.0 ** np.arange(0, 12)
grouped = now.groupby(pd.cut(now.age, edges), observed=True)
middle = grouped[["age", "rate"]].median()

figure, axes = plt.subplots()
axes.scatter(now.age, now.rate, s=18, alpha=0.6)
axes.plot(middle.age, middle.rate, "o-", color=COLOURS[1])
axes.set(xscale="log", yscale="log", xlabel="年龄（天）· age in days",
         ylabel="每天阅读 · readers a day")  # fmt: skip
plt.show()

# %% [markdown]
# ## 注意力的半衰期 · The half-life of attention
#
# For articles whose first two months fall into the counts: after how many days is an article read
# half as often? A straight line through the logarithm of its readers a day tells, where it falls
# and where there are five points at least.

# %%
steps = counts.sort_values(["article_id", "day"]).copy()
by_article = steps.groupby("article_id")
span = by_article.day.diff().dt.days
steps["rate"] = by_article.readers.diff() / span
steps["age"] = (steps.day - steps.article_id.map(articles.published)).dt.days - span / 2
early = steps[(steps.rate > 0) & steps.age.between(0, 60)]
early = early.groupby("article_id").filter(lambda points: len(points) >= 5)


def fall(points: pd.DataFrame) -> pd.Series:
    """The line through an article's points: half-life in days, and its height at the start."""
    slope, start = np.polyfit(points.age, np.log2(points.rate), 1)
    return pd.Series({"half-life": -1 / slope, "points": len(points), "start": start})


lines = early.groupby("article_id")[["age", "rate"]].apply(fall)
if len(lines):
    lines = lines[lines["half-life"] > 0].join(articles[["title", "published"]])
    lines = lines.sort_values("published", ascending=False)

# %%
if len(lines):
    figure, axes = plt.subplots()
    for (article, row), colour in zip(lines.head(6).iterrows(), COLOURS, strict=False):
        points = early[early.article_id == article]
        axes.scatter(points.age, points.rate, s=18, color=colour, label=short(row.title, 22))
        ends = np.array([points.age.min(), points.age.max()])
        axes.plot(ends, 2 ** (row.start - ends / row["half-life"]), color=colour)
    axes.set(yscale="log", xlabel="年龄（天）· age in days", ylabel="每天阅读 · readers a day")
    axes.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    plt.show()

    table = lines.head(10)[["title", "published", "half-life", "points"]]
    display(table.round({"half-life": 1}).astype({"points": int}))
    print(f"{len(lines):,} articles; median half-life {lines['half-life'].median():.0f} days")
else:
    print("No article has had its first two months during the counts.")

# %% [markdown]
# **What this does not say.** A few weeks show few articles when they are young, so the median is
# that of those few. A line has one half-life, but attention does not end at nothing: some readers
# come through searches and links for years, so the later the counts, the longer the half-life that
# they give. The chart by age compares different articles, not the same ones at different ages: old
# articles that are still read are also those that were good, or that come up in searches.
# In the demo archive the counts follow a model, because nobody has read its articles.
