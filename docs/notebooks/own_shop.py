# %% [markdown]
# # Your own shop in ten minutes
# From a folder of pictures with titles to a search, and a page that searches without a server.

# %% A folder like yours: pictures, and a line for each with its title and its place in the tree
import json
from pathlib import Path

import hierhash
from hierhash.data import read
from hierhash.page.one_file import write_page

AREAS = ("animals", "food", "transportation")
sample = read("sample")
shop = Path("shop")
(shop / "images").mkdir(parents=True)
with open(shop / "metadata.jsonl", "w", encoding="utf-8") as file:
    for name, image, text, labels in zip(
        sample.ids, sample.images, sample.texts, sample.labels, strict=True
    ):
        if labels[0].split("/")[0] in AREAS:
            (shop / f"images/{name}.jpg").write_bytes(image.read())
            row = {"id": name, "file_name": f"images/{name}.jpg", "text": text, "labels": labels}
            file.write(json.dumps(row) + "\n")

# %% The tree of their classes
Path("shop.yaml").write_text(
    """
name: shop
tree:
  animals:
    birds: [penguin]
    bugs:
    fish:
    mammals: [bears, big_cats, dogs, horses, housecats]
  food: [beverages/alcohol, breads_and_carbs, desserts, fruit, meats_and_eggs]
  transportation: [boating, roadsigns, vehicles]
""".replace("beverages/alcohol", "{beverages: [alcohol]}")
)

# %% Train: the network of the pictures is frozen, so this takes seconds
settings = {
    "data.names": True,  # the names of classes are training texts, too
    "data.short_texts": 0.5,  # and half of the texts are cut to one to three words
    "features.text.name": "auto",
    "model.training.epochs": 15,
    "model.training.lr": 0.003,
}
run = hierhash.train("shop", "runs/shop", tree="shop.yaml", bits=32, settings=settings)
scores = hierhash.evaluate(run)["t2i"]
print(
    "texts find pictures:", scores["map_leaf"], scores["hap"], "of", scores["n"], "validation items"
)

# %% What a picture or a text is
print(run.predict(texts=["sailing boat"])[0])

# %% An index of all items, and what people type
index = run.index("shop.index")
for text in ("fruit", "dog", "red apple"):
    print(text, [hit.item["text"] for hit in index.search(text, k=3)])

# %% One item as a query: what is near to its picture
first = index.store.items([0])[0]
print(first["text"], [hit.item["text"] for hit in index.search(image=first["image"], k=3)])

# %% The whole search in one file: open it in a browser
write_page(index.store, Path("shop.html"), title="Our shop")
print(Path("shop.html").stat().st_size, "bytes; or serve it: hierhash serve shop.index")
