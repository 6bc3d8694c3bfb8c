# ---
# jupyter:
#   jupytext:
#     formats: ipynb,py:percent
# ---

# %% [markdown]
# # 一览 · A first look
#
# What is in the archive: how much was written and when, what is read, how the topics changed,
# the formulas, what is cited. The last part asks the JSONL file by DuckDB and gets the same.

# %%
import duckdb
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from charts import COLOURS, DATA, need, short, use_style
from IPython.display import display

import archiver

use_style()
data = archiver.load(DATA)
articles = data.articles()
is_told = articles.published.notna() & articles.category.notna() & articles.readers.gt(0)
need(is_told.sum() >= 10, "ten articles with day, category and readers")
articles["year"] = articles.published.dt.year.astype("Int64")
articles["length"] = articles.body_text.str.len().astype("Int64")
today = articles.last_seen.max().tz_convert("Asia/Shanghai").tz_localize(None).normalize()
print(
    f"{len(articles):,} articles, {articles.length.sum():,} characters,"
    f" {articles.formula_count.sum():,} formulas, as of {today:%Y-%m-%d}"
)

# %% [markdown]
# ## 每年写了多少 · Articles a year, and how long they are

# %%
years = articles.groupby("year").agg(articles=("title", "size"), length=("length", "median"))
years = years.reindex(range(years.index.min(), years.index.max() + 1))

figure, (above, below) = plt.subplots(2, sharex=True, figsize=(9, 5))
above.bar(years.index, years.articles.fillna(0))
above.set_title("文章数 · articles")
below.plot(years.index, years.length.astype(float), "o-", color=COLOURS[1])
below.set_ylim(bottom=0)
below.set_title("篇幅的中位数（字）· median length in characters")
below.xaxis.get_major_locator().set_params(integer=True)
plt.show()

# %% [markdown]
# ## 同龄人中谁读得最多 · Most read for their age
#
# An old article had more time to find readers. The line is the trend over all articles; what is
# far above it is read more than others of its age; `times` says how much more.

# %%
read = articles[articles.readers.gt(0) & (articles.published < today)].copy()
read["age"] = (today - read.published).dt.days
x, y = np.log10(read.age.astype(float)), np.log10(read.readers.astype(float))
slope, start = np.polyfit(x, y, 1)
read["times"] = 10 ** (y - (slope * x + start))
best = read.nlargest(8, "times")

figure, axes = plt.subplots()
axes.scatter(read.age, read.readers.astype(float), s=18, alpha=0.6)
axes.scatter(best.age, best.readers.astype(float), s=40, color=COLOURS[1],
             label="下表所列 · in the table below")  # fmt: skip
ends = np.array([x.min(), x.max()])
axes.plot(10**ends, 10 ** (slope * ends + start), color=COLOURS[7], linestyle="--")
axes.set(xscale="log", yscale="log", xlabel="年龄（天）· age in days", ylabel="阅读数 · readers")
axes.legend(loc="upper left")
plt.show()

display(best[["title", "published", "readers", "times"]].round({"times": 1}))

# %% [markdown]
# ## 分类与标签的变迁 · Categories and tags over time

# %%
by_category = articles.groupby(["year", "category"], observed=True).size().unstack(fill_value=0)
by_category = by_category.reindex(years.index, fill_value=0)
by_category = by_category[by_category.sum().sort_values(ascending=False).index]

figure, axes = plt.subplots()
bottom = np.zeros(len(by_category))
for (name, counts), colour in zip(by_category.items(), COLOURS, strict=False):
    axes.bar(by_category.index, counts, bottom=bottom, color=colour, label=short(name))
    bottom += counts.to_numpy()
axes.legend(loc="center left", bbox_to_anchor=(1, 0.5), reverse=True)
axes.xaxis.get_major_locator().set_params(integer=True)
axes.set_title("每年各分类的文章 · articles by category")
plt.show()

# %%
tagged = articles[["year", "tags"]].explode("tags").dropna()
often = tagged.tags.value_counts().sort_index().sort_values(ascending=False, kind="stable").index
by_tag = tagged.groupby(["tags", "year"]).size().unstack(fill_value=0)
by_tag = by_tag.reindex(index=often[:12], columns=years.index, fill_value=0)

figure, axes = plt.subplots()
image = axes.imshow(by_tag, cmap="Blues", aspect="auto")
axes.set_yticks(range(len(by_tag)), by_tag.index.map(short))
step = max(1, len(years) // 9)
axes.set_xticks(range(0, len(years), step), years.index[::step])
axes.grid(visible=False)
axes.set_title("常见标签每年的篇数 · articles a year with the most frequent tags")
whole = range(int(by_tag.to_numpy().max()) + 1)
figure.colorbar(image, ticks=whole if len(whole) < 8 else None)
plt.show()

# %% [markdown]
# ## 公式 · Formulas

# %%
formulas = data.formulas(delimiters=False)
counts = articles.groupby("category", observed=True).formula_count.mean().sort_values()
commands = formulas.latex.str.findall(r"\\[A-Za-z]+").explode().value_counts().sort_index()
commands = commands.sort_values(ascending=False, kind="stable")[:10][::-1]

figure, (left, right) = plt.subplots(1, 2)
left.barh(counts.index.map(short), counts.astype(float))
left.set_title("每篇公式数 · formulas an article")
right.barh(commands.index, commands, color=COLOURS[2])
right.set_title("最常用的命令 · most frequent commands")
for axes in (left, right):
    axes.grid(visible=False, axis="y")
plt.show()

share = formulas.display.mean()
print(f"{share:.0%} of {len(formulas):,} formulas are displayed, the others stand in a line")

# %% [markdown]
# ## 被引最多 · Most cited
#
# In how many other articles of the archive a link leads there.

# %%
links = data.links()
inside = links[links.target_id.isin(articles.index) & (links.target_id != links.article_id)]
cited = inside.groupby("target_id").article_id.nunique().rename("cited_by")
cited = cited.to_frame().join(articles[["title", "published"]])
cited = cited.reset_index(names="id").sort_values(["cited_by", "id"], ascending=[False, True])
display(cited.head(10).set_index("id"))

# %% [markdown]
# ## 用 DuckDB 再算一遍 · The same by DuckDB
#
# DuckDB reads the JSONL file as it is. The years and the citations come out equal.

# %%
source = duckdb.read_json(
    str(data.path.with_suffix(".jsonl")),
    format="newline_delimited",
    columns={
        "id": "BIGINT", "title": "VARCHAR", "published": "DATE", "body_text": "VARCHAR",
        "links": "STRUCT(target_id BIGINT)[]",
    },
)  # fmt: skip
years_again = duckdb.sql("""
    SELECT year(published) AS year, count(*) AS articles, median(length(body_text)) AS length
    FROM source WHERE published IS NOT NULL GROUP BY year ORDER BY year
""").df()
cited_again = duckdb.sql("""
    SELECT target AS id, count(DISTINCT source.id) AS cited_by
    FROM source, (SELECT id, unnest(links).target_id AS target FROM source) AS link
    WHERE link.id = source.id AND target <> source.id AND target IN (SELECT id FROM source)
    GROUP BY target ORDER BY cited_by DESC, target
""").df()

ours = years[years.articles.notna()].reset_index().fillna({"length": -1})
years_again = years_again.fillna({"length": -1})
are_equal = {
    "articles a year": years_again.articles.to_list() == ours.articles.to_list(),
    "median length": years_again.length.to_list() == ours.length.to_list(),
    "cited by": cited_again.to_numpy().tolist() == cited[["id", "cited_by"]].to_numpy().tolist(),
}
display(pd.Series(are_equal, name="equal").to_frame())
assert all(are_equal.values())
