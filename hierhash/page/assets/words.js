// Items by the words of their texts, ids and columns: BM25 as hierhash.retrieval.words_search has it.

const K1 = 1.2,
  B = 0.75,
  FUSED = 60,
  FIRST = 1000,
  LONGEST_TOKEN = 40;
const STOP = new Set(
  (
    "a an and are as at be but by for if in into is it no not of on or such that the their then there these they this to " +
    "was will with"
  ).split(" "),
);

// In single precision, as tantivy computes: what is equal there is equal here.
const single = Math.fround;

const wordsIn = (text) => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];

// The words of a text that items are found by: without "and" and "the", if any others are left.
function tellingWords(text) {
  const words = wordsIn(text),
    telling = words.filter((word) => !STOP.has(word));
  return unique(telling.length ? telling : words);
}

class WordsSearch {
  constructor(texts) {
    this.rows = new Map();
    let all = 0;
    this.lengths = texts.map((text, row) => {
      const counts = new Map(),
        words = (text.match(/[\p{Alphabetic}\p{N}]+/gu) ?? []).map((word) => word.toLowerCase());
      const kept = words.filter((word) => new TextEncoder().encode(word).length < LONGEST_TOKEN);
      for (const word of kept) counts.set(word, (counts.get(word) ?? 0) + 1);
      for (const [word, count] of counts) {
        if (!this.rows.has(word)) this.rows.set(word, []);
        this.rows.get(word).push([row, count]);
      }
      all += kept.length;
      return keptLength(kept.length);
    });
    this.mean = all / (texts.length || 1);
  }
  has(word) {
    return this.search(word).length > 0;
  }
  // [row, score] of all items with any of the words that may answer, best first, equal ones by row.
  search(text, may = null) {
    const scores = new Map(),
      items = this.lengths.length;
    for (const word of tellingWords(text)) {
      const own = this.rows.get(word) ?? [];
      const rarity = Math.log(single(1 + single((items - own.length + 0.5) / (own.length + 0.5))));
      const weight = single(single(rarity) * single(1 + K1));
      for (const [row, count] of own) {
        if (may && !may[row]) continue;
        const norm = single(K1 * (1 - B + (B * this.lengths[row]) / this.mean));
        const score = single(weight * single(count / single(count + norm)));
        scores.set(row, single((scores.get(row) ?? 0) + score));
      }
    }
    return [...scores].sort((one, other) => other[1] - one[1] || one[0] - other[0]);
  }
}

// Lengths are kept in one byte each: exact below 40 words, then with three binary places.
function keptLength(length) {
  if (length < 40) return length;
  const step = 2 ** (Math.floor(Math.log2(length - 24)) - 3);
  return 24 + Math.floor((length - 24) / step) * step;
}

// Two rankings of [row, score] as one, by reciprocal rank; equal ones of a ranking share a rank.
function fused(...rankings) {
  const scores = new Map();
  for (const ranking of rankings) {
    let rank = 0,
      before = null;
    ranking.slice(0, FIRST).forEach(([row, score], at) => {
      if (score !== before) [rank, before] = [at + 1, score];
      scores.set(row, (scores.get(row) ?? 0) + (FUSED + 1) / (FUSED + rank));
    });
  }
  return [...scores].sort((one, other) => other[1] - one[1]);
}
