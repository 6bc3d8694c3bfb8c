"""Chinese text for archives: sentences of the demo blog, and made-up ones.

Made-up words are as frequent as words are (Zipf), so that an index has as many different trigrams
as one of a real blog, or more.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from itertools import accumulate
from typing import Final

from archiver.demo.posts import load_posts

#: How many of the sentences are the demo blog's.
DEMO_SHARE: Final = 0.35
_SENTENCE: Final = re.compile(r"[^。！？\n]+[。！？\n]")
_TAG: Final = re.compile(r"<[^>]*>")


class Words:
    """Sentences by chance; ``demo_share`` of them, from 0 to 1, are those of the demo blog."""

    def __init__(self, chance: random.Random, demo_share: float = DEMO_SHARE) -> None:
        self.chance = chance
        self.demo_share = demo_share
        bodies = [_TAG.sub("", post.body) for post in load_posts()]
        self.sentences = [found for body in bodies for found in _SENTENCE.findall(body)]
        signs = [sign for sign in "".join(self.sentences) if "\u4e00" <= sign <= "\u9fff"]
        signs += [chr(0x4E00 + chance.randrange(3000)) for _ in range(len(signs) // 10)]
        lengths = (1, 2, 2, 2, 3, 4)
        self.words = [
            "".join(chance.choices(signs, k=chance.choice(lengths))) for _ in range(20_000)
        ]
        self.weights = list(accumulate(1 / (rank + 5) for rank in range(len(self.words))))

    def text(self, length: int) -> str:
        """Sentences of so many characters together, and a little more."""
        return "".join(self._sentences(length))

    def _sentences(self, length: int) -> Iterator[str]:
        while length > 0:
            if self.chance.random() < self.demo_share:
                sentence = self.chance.choice(self.sentences)
            else:
                count = self.chance.randint(6, 20)
                chosen = self.chance.choices(self.words, cum_weights=self.weights, k=count)
                sentence = "".join([*chosen, self.chance.choice("。，！\n")])
            length -= len(sentence)
            yield sentence
