# %% [markdown]
# # Facets
# A catalogue knows more of its items than their class: here the main colour of a picture. Each such
# column is a tree of its own, with a part of the code of its own.

# %% Train with a facet: the sample's column `colour`, 16 bits of the code
import hierhash

settings = {
    "facets": {"colour": {"column": "colour", "bits": 16, "min_count": 10}},
    "data.names": True,
    "data.short_texts": 0.5,
    "features.text.name": "auto",
    "model.training.epochs": 12,
    "model.training.lr": 0.003,
}
run = hierhash.train("sample", "runs/colours", bits=32, settings=settings)
index = run.index("colours.index")
print(index.store.manifest["segments"])


# %% A colour word is understood, and items of another colour are left out
def colours(**wish):
    hits = index.search(k=8, **wish)
    return [hit.item["attributes"].get("colour") for hit in hits]


print(colours(text="blue bird"))

# %% ... unless that is not wanted
print(colours(text="blue bird", filters=False))

# %% Known values can be asked for, and numbers compared; the colour then counts no more
print(colours(text="bird", where="colour=red"))

# %% How much a part of the code counts
print(colours(text="blue bird", filters=False, weigh={"colour": 2}))
print(colours(text="blue bird", filters=False, weigh={"colour": 0}))

# %% Exact counts, as the page shows them
print(index.store.counts("colour", []))
