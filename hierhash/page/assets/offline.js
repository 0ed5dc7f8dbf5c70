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
      may = this.items.meeting(asked),
      query = this.query(wish, may),
      understood = this.understood(query, wish, asked),
      where = [...asked, ...this.values(query, understood, wish, asked)],
      ranking = query
        ? this.ranked(query, wish, this.items.meeting(where))
        : rowsOf(may).map((row) => ({ row }));
    const found = this.items.sorted(wish, (count, from) => ranking.slice(from, from + count), k, skip);
    const told = ({ tree, node, confidence }) => ({ tree, node, confidence: roundedDown(confidence) });
    return {
      query: { text: wish.text, picture: false, like: wish.like || null },
      items: rowsOf(may).length,
      unit: this.index.unit,
      understood: query?.chances.size ? understood.map(told) : null,
      notes: query?.notes ?? [],
      asides: query ? this.asides(query, wish, found, asked, where, understood, skip) : [],
      hits: found.map((hit) => this.items.shown(hit, understood)),
    };
  }
  query(wish, may) {
    if (wish.like) return this.like(wish);
    return wish.text ? this.asked(wish, may) : null;
  }
  // An item as a query: by its code, which has scores only where parts of it weigh otherwise.
  like({ like }) {
    const row = this.items.rowOf.get(like);
    if (row === undefined) throw new Error(`there is no item '${like}'`);
    const code = this.items.codes.slice(row * this.items.width, (row + 1) * this.items.width);
    let at = 0;
    const real = this.branch.parts.map(({ bits }) =>
      Array.from({ length: bits }, () => (code[at >> 3] & (128 >> (at++ & 7)) ? 1 : -1)),
    );
    return { code, real, leftOut: row, words: "", notes: [], named: new Map(), chances: new Map() };
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
    if (!query) return [];
    const taken = new Set(
        asked.filter(({ name }) => name !== "category" && this.items.trees.has(name)).map(({ name }) => name),
      ),
      found = [];
    for (const part of this.branch.parts) {
      const chances = query.chances.get(part.tree);
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
        if (Math.min(share, 1) >= needed)
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
    const near = this.byCode(query, wish, may);
    const byWords = query.words && wish.mode !== "code" ? this.words.search(query.words, may) : [];
    if (!byWords.length) return near;
    const byRow = new Map(near.map((hit) => [hit.row, hit]));
    const first = new Set(near.slice(0, FIRST).map(({ row }) => row));
    const both = fused(
      near.map(({ row, score }) => [row, score]),
      byWords.slice(0, FIRST),
    );
    const there = new Set(both.map(([row]) => row));
    return [
      ...both.map(([row, score]) => (first.has(row) ? { ...byRow.get(row), score } : { row, score })),
      ...near.filter(({ row }) => !there.has(row)).map((hit) => ({ ...hit, score: 0 })),
    ];
  }
  byCode(query, wish, may) {
    const asked = this.items.conditions(wish),
      weights = this.branch.parts.map(({ tree }) => this.weight(wish, tree, asked)),
      isByDistance = query.leftOut !== undefined && weights.every((weight) => weight === 1);
    const scores = isByDistance ? null : this.items.scores(query.real, weights);
    const hit = (row) => ({
      row,
      score: scores ? scores[row] : null,
      distance: this.items.distance(query.code, row),
    });
    const near = rowsOf(may)
      .filter((row) => row !== query.leftOut)
      .map(hit);
    const key = (one) => (scores ? -one.score : one.distance);
    return near.sort((one, other) => key(one) - key(other) || one.row - other.row);
  }
  // What is to be known of the answers; ``Ranking.asides`` in Python.
  asides(query, wish, hits, asked, where, understood, skip) {
    if (skip) return [];
    if (!hits.length && asked.length)
      return [wish.under ? `no item lies under ${wish.under}` : "no item is known to be so"];
    if (!query.code || wish.sort || !hits.length) return [];
    if (query.words && this.words.search(query.words, this.items.meeting(where)).length) return [];
    if (where.length) return this.nearerElsewhere(query, wish, hits[0], asked);
    if (understood.length) return [];
    const least = Math.min(...hits.map(({ distance }) => distance)),
      { bits } = this.index;
    return least > FAR * bits
      ? [`nothing is near: the nearest item differs in ${least} of ${bits} bits`]
      : [];
  }
  nearerElsewhere(query, wish, first, asked) {
    const [best] = this.byCode(query, wish, new Uint8Array(this.items.count).fill(1));
    const isNearer = best.distance < first.distance,
      scoresMore = best.score > (first.score ?? 0);
    if (!asked.length) {
      const is = best.score === null ? isNearer : scoresMore;
      return is ? ["nearer items of another value are left out; --no-filter keeps them"] : [];
    }
    const [elsewhere] = this.items.paths(best.row);
    if (!(isNearer || scoresMore) || !elsewhere) return [];
    return [
      `nearer items lie elsewhere: ${nearness(best)} under ${slashed(elsewhere)}, ${nearness(first)} here`,
    ];
  }
}

const nearness = ({ score, distance }) =>
  [score === null ? "" : `score ${score.toFixed(2)}`, `${distance} bit${distance === 1 ? "" : "s"}`]
    .filter(Boolean)
    .join(" at ");

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
