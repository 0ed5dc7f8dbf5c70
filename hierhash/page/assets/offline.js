// The answers of the index inside the page, as hierhash.answering gives them, with no server behind.

const CLEAR = 0.5,
  FAR = 1 / 8,
  TELLING = 0.1;

class Offline {
  constructor(data) {
    this.index = data.about;
    this.items = new Items(data);
    this.branch = new SmallBranch(decoded(data.branch));
    this.words = new WordsSearch(this.items.said());
  }
  async about() {
    return this.index;
  }
  async counts(wish) {
    return this.items.counted(this.items.conditions(wish));
  }
  async search(wish, k, skip) {
    try {
      return this.answer(wish, k, skip);
    } catch (error) {
      throw Object.assign(error, { status: 400 }); // what was asked is wrong; again it would be
    }
  }
  picture(hit) {
    return hit.picture;
  }

  answer(wish, k, skip) {
    const asked = this.items.conditions(wish),
      may = this.items.meeting(asked);
    const base = {
      query: { text: wish.text, picture: false, like: wish.like || null },
      items: rowsOf(may).length,
      unit: this.index.unit,
      understood: null,
      notes: [],
      asides: [],
    };
    if (wish.like) return { ...base, hits: this.like(wish, may, k, skip) };
    if (!wish.text)
      return {
        ...base,
        hits: this.items
          .sorted(
            wish,
            (count, from) =>
              rowsOf(may)
                .slice(from, from + count)
                .map((row) => ({ row })),
            k,
            skip,
          )
          .map((hit) => this.items.shown(hit)),
      };
    const query = this.asked(wish, may),
      understood = this.understood(query, wish, asked);
    const where = [...asked, ...this.values(query, understood, wish, asked)];
    const ranking = this.ranked(query, wish, this.items.meeting(where));
    const hits = this.items
      .sorted(wish, (count, from) => ranking.slice(from, from + count), k, skip)
      .map((hit) => this.items.shown(hit, understood));
    const asides = this.asides(query, wish, hits, asked, where, understood, ranking, skip);
    return {
      ...base,
      understood: query.chances?.size
        ? understood.map(({ tree, node, confidence }) => ({
            tree,
            node,
            confidence: roundedDown(confidence),
          }))
        : null,
      notes: query.notes,
      asides,
      hits,
    };
  }
  like(wish, may, k, skip) {
    const row = this.items.rowOf.get(wish.like);
    if (row === undefined) throw new Error(`there is no item '${wish.like}'`);
    const code = this.items.codes.slice(row * this.items.width, (row + 1) * this.items.width),
      others = rowsOf(may).filter((one) => one !== row);
    const near = others.map((one) => ({ row: one, distance: this.items.distance(code, one) }));
    near.sort((one, other) => one.distance - other.distance || one.row - other.row);
    return this.items
      .sorted(wish, (count, from) => near.slice(from, from + count), k, skip)
      .map((hit) => this.items.shown(hit));
  }
  // A text by codes and words; by words alone where codes know none of it.
  asked({ text }, may) {
    const query = this.branch.ask(text);
    if (query) {
      // The items of a class are those that are filed there, whatever their titles say.
      if (query.named.has("category")) return { ...query, words: "" };
      const read = this.branch.vocabulary
        .readings(text)
        .flatMap(([word, known]) => (this.words.has(word) ? [] : [known]));
      return { ...query, words: [text, ...read].join(" ") };
    }
    if (!this.words.search(text, may).length)
      throw new Error(`'${text}': no word of it is known, and no item has one; use other words`);
    const notes = ["no word of it is known to the run: found by the words of texts, ids and columns"];
    return { words: text, notes, named: new Map(), chances: new Map() };
  }
  threshold(part, text) {
    return part.thresholds[text.split(/\s+/).filter(Boolean).length <= SHORT ? "short text" : "text"] ?? null;
  }
  understood(query, wish, asked) {
    const taken = new Set(
        asked.filter(({ name }) => name !== "category" && this.items.trees.has(name)).map(({ name }) => name),
      ),
      found = [];
    for (const part of this.branch.parts) {
      const chances = query.chances?.get(part.tree);
      if (query.named.has(part.tree)) {
        found.push({ tree: part.tree, node: query.named.get(part.tree), confidence: 1 });
        continue;
      }
      if (!chances) continue;
      const best = chances.indexOf(Math.max(...chances)),
        needed = Math.max(this.threshold(part, wish.text) ?? CLEAR, CLEAR);
      let deepest = { tree: part.tree, node: [], confidence: 0 };
      part.ancestors.forEach((level, depth) => {
        const share = chances.reduce(
          (sum, chance, leaf) => (level[leaf] === level[best] ? sum + chance : sum),
          0,
        );
        if (share >= needed)
          deepest = { tree: part.tree, node: part.paths[depth][level[best]], confidence: Math.min(share, 1) };
      });
      found.push(deepest);
    }
    return found.filter(({ tree, node }) => node.length && !taken.has(tree));
  }
  weight(wish, name, asked) {
    return asked.some((one) => one.name === name) && name !== "category"
      ? 0
      : (wish.weigh[name] ?? this.index.weights[name] ?? 1);
  }
  // What was understood of facets, as conditions; an item of no known value meets them.
  values(query, understood, wish, asked) {
    const found = [];
    for (const { tree, node } of understood) {
      const part = this.branch.parts.find((one) => one.tree === tree),
        isSure = query.named.has(tree) || this.threshold(part, wish.text) !== null;
      if (wish.filter === false || tree === "category" || !isSure || this.weight(wish, tree, asked) <= 0)
        continue;
      const value = this.items.below(tree, node, true);
      if (this.items.meeting([...asked, ...found, value]).some(Boolean)) found.push(value);
    }
    return found;
  }
  ranked(query, wish, may) {
    if (!query.code) {
      const found = this.words.search(query.words, may),
        best = found[0]?.[1] ?? 0;
      return found.filter(([, score]) => score >= TELLING * best).map(([row, score]) => ({ row, score }));
    }
    const asked = this.items.conditions(wish),
      weights = this.branch.parts.map(({ tree }) => this.weight(wish, tree, asked)),
      scores = this.items.scores(query.real, weights),
      near = rowsOf(may).map((row) => [row, scores[row]]);
    near.sort((one, other) => other[1] - one[1] || one[0] - other[0]);
    const byWords = query.words && wish.mode !== "code" ? this.words.search(query.words, may) : [];
    const hit = ([row, score]) => ({ row, score, distance: this.items.distance(query.code, row) });
    if (!byWords.length) return near.map(hit);
    const first = new Set(near.slice(0, FIRST).map(([row]) => row)),
      both = fused(near, byWords.slice(0, FIRST));
    const there = new Set(both.map(([row]) => row));
    const all = [...both, ...near.filter(([row]) => !there.has(row)).map(([row]) => [row, 0])];
    return all.map((one) =>
      first.has(one[0]) || !there.has(one[0]) ? hit(one) : { row: one[0], score: one[1] },
    );
  }
  asides(query, wish, hits, asked, where, understood, ranking, skip) {
    if (skip) return [];
    if (!hits.length) return asked.length ? ["no item is known to be so"] : [];
    if (!query.code || (query.words && this.words.search(query.words).length)) return [];
    if (where.length > asked.length && !asked.length) {
      const best = this.ranked(query, { ...wish, mode: "code" }, new Uint8Array(this.items.count).fill(1))[0];
      return best && best.score > (ranking[0].score ?? 0)
        ? ["nearer items of another value are left out"]
        : [];
    }
    if (where.length || understood.length) return [];
    const least = Math.min(
      ...hits.filter(({ distance }) => distance !== null).map(({ distance }) => distance),
    );
    return least > FAR * this.index.bits
      ? [`nothing is near: the nearest item differs in ${least} of ${this.index.bits} bits`]
      : [];
  }
}

const roundedDown = (confidence) => Math.min(Math.floor(confidence * 100 + 1e-6) / 100, 0.99);

// The branch's arrays, which travel as base64.
function decoded({ vocabulary, parts }) {
  const arrays = (part) => ({
    words: signedOf(part.words),
    scales: floatsOf(part.scales),
    shift: floatsOf(part.shift),
    last: signedOf(part.last),
    lastScales: floatsOf(part.lastScales),
    bias: floatsOf(part.bias),
    ...(part.isExpected
      ? {
          head: floatsOf(part.head),
          headBias: floatsOf(part.headBias),
          centres: signedOf(part.centres),
          gains: floatsOf(part.gains),
        }
      : {}),
  });
  return { vocabulary, parts: parts.map((part) => ({ ...part, ...arrays(part) })) };
}
