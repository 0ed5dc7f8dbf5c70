// The small text branch: from a text to a code, its chances and what was not taken as it stands.
// It does what hierhash.retrieval.small_branch does; a test holds the two together.

const LETTERS = 0.8 - 1e-6,
  SHORT = 3,
  SHORTEST = 3,
  LONGEST_NAME = 3,
  SHARPNESS = 2;

const wordsOf = (text) => text.toLowerCase().match(/[\p{L}\p{N}_]+/gu) ?? [];
const plainName = (text) => text.replaceAll("_", " ").toLowerCase().split(/\s+/u).filter(Boolean).join(" ");
const unique = (values) => [...new Set(values)];

// Edits that make one word of another: a letter more, less, another, or two swapped.
function edits(one, other) {
  let before = [],
    last = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (let i = 1; i <= one.length; i++) {
    const row = [i];
    for (let j = 1; j <= other.length; j++) {
      const same = one[i - 1] === other[j - 1] ? 0 : 1;
      row[j] = Math.min(last[j] + 1, row[j - 1] + 1, last[j - 1] + same);
      if (i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1])
        row[j] = Math.min(row[j], before[j - 2] + 1);
    }
    [before, last] = [last, row];
  }
  return last[other.length];
}

// Words as they are known: themselves, or the known word of nearly the same letters.
class Vocabulary {
  constructor({ words, rarity, kind, close }) {
    this.words = words;
    this.rarity = rarity;
    this.kind = kind;
    this.close = close;
    this.columns = new Map(words.map((word, column) => [word, column]));
    this.near = close
      ? words.map((word) => [word, [...word]]).filter(([, letters]) => this.mayBeRead(letters))
      : [];
    this.known = new Map();
  }
  mayBeRead(letters) {
    return letters.length >= SHORTEST && letters.every((letter) => /\p{L}/u.test(letter));
  }
  read(word) {
    if (!this.known.has(word)) this.known.set(word, this.columns.has(word) ? word : this.byLetters(word));
    return this.known.get(word);
  }
  byLetters(word) {
    const letters = [...word];
    if (!this.close || !this.mayBeRead(letters)) return null;
    let best = null,
      nearest = LETTERS,
      rarest = Infinity;
    for (const [known, own] of this.near) {
      const longest = Math.max(letters.length, own.length);
      if (1 - Math.abs(letters.length - own.length) / longest < LETTERS) continue;
      const alike = 1 - edits(letters, own) / longest,
        rarity = this.rarity[this.columns.get(known)];
      if (alike > nearest || (alike === nearest && rarity < rarest))
        [best, nearest, rarest] = [known, alike, rarity];
    }
    return best;
  }
  // Of a longer text the known words alone count, if there are any.
  counted(text) {
    const all = wordsOf(text),
      known = all.filter((word) => this.columns.has(word));
    return this.close && all.length > SHORT && known.length ? known : all;
  }
  knows(text) {
    return this.counted(text).some((word) => this.read(word));
  }
  notes(text) {
    const counted = new Set(this.counted(text));
    return unique(wordsOf(text)).flatMap((word) => {
      const known = counted.has(word) ? this.read(word) : null;
      return known === null
        ? [`'${word}' is not known`]
        : known === word
          ? []
          : [`'${word}' was read as ${known}`];
    });
  }
  readings(text) {
    return this.counted(text)
      .map((word) => [word, this.read(word)])
      .filter(([word, known]) => known && known !== word);
  }
  row(text) {
    const counts = new Map();
    for (const word of this.counted(text)) {
      const column = this.columns.get(this.read(word));
      if (column !== undefined) counts.set(column, (counts.get(column) ?? 0) + 1);
    }
    if (this.kind !== "tfidf") return counts;
    const weighed = [...counts].map(([column, count]) => [column, Math.fround(count * this.rarity[column])]);
    const length = Math.sqrt(weighed.reduce((sum, [, value]) => sum + value * value, 0)) || 1;
    return new Map(weighed.map(([column, value]) => [column, Math.fround(value / length)]));
  }
}

// The network of one tree (the category or a facet) and what its outputs go through.
class Part {
  constructor(about) {
    Object.assign(this, about);
    this.names = new Map(Object.entries(about.names ?? {}));
    this.hidden = this.shift.length;
  }
  outputs(row) {
    const hidden = Float64Array.from(this.shift);
    for (const [column, count] of row) {
      const scale = this.scales[column] * count,
        start = column * this.hidden;
      for (let at = 0; at < this.hidden; at++) hidden[at] += scale * this.words[start + at];
    }
    for (let at = 0; at < this.hidden; at++) hidden[at] = Math.max(hidden[at], 0);
    return Array.from(this.bias, (bias, out) => {
      let sum = 0;
      for (let at = 0, start = out * this.hidden; at < this.hidden; at++)
        sum += this.last[start + at] * hidden[at];
      return Math.fround(sum * this.lastScales[out] + bias);
    });
  }
  named(text) {
    return this.names.get(plainName(text)) ?? (this.isFacet ? this.namedWithin(text) : undefined);
  }
  // What the one part of a text stands for that is a name; longer parts go before shorter ones.
  namedWithin(text) {
    const words = text.toLowerCase().match(/[\p{L}\p{N}]+(?:[-'][\p{L}\p{N}]+)*/gu) ?? [];
    for (let length = Math.min(LONGEST_NAME, words.length); length > 0; length--) {
      const found = [];
      for (let at = 0; at + length <= words.length; at++) {
        const own = this.names.get(words.slice(at, at + length).join(" "));
        if (own) found.push(own);
      }
      if (found.length)
        return unique(found.map(({ node }) => JSON.stringify(node))).length === 1 ? found[0] : undefined;
    }
    return undefined;
  }
  // Chances of the leaves; of a text that is a name all its leaves are as likely, and no others.
  chances(outputs, text) {
    const named = this.named(text);
    if (named) {
      const inside = this.ancestors[0].map((_, leaf) =>
        named.classes.some(([level, own]) => this.ancestors[level][leaf] === own),
      );
      const count = inside.filter(Boolean).length;
      return inside.map((is) => (is ? 1 / count : 0));
    }
    const width = outputs.length;
    const logits = Array.from(this.headBias, (bias, leaf) => {
      let sum = 0;
      for (let at = 0; at < width; at++) sum += outputs[at] * this.head[leaf * width + at];
      return Math.fround(sum + bias) / this.temperature;
    });
    const largest = Math.max(...logits),
      powers = logits.map((one) => Math.exp(one - largest));
    const all = powers.reduce((sum, one) => sum + one, 0);
    return powers.map((one) => one / all);
  }
  // The code's bits (true for +1) and the real code that scores are made of.
  coded(outputs, chances) {
    if (!chances)
      return {
        bits: outputs.map((one) => one >= 0),
        real: outputs.map((one) => Math.min(Math.max(one, -1), 1)),
      };
    const bits = [],
      real = [],
      largest = Math.max(...chances);
    const sharper = chances.map((one) => (one / largest) ** SHARPNESS),
      all = sharper.reduce((sum, one) => sum + one, 0);
    for (let bit = 0; bit < this.bits; bit++) {
      let code = 0,
        asked = 0;
      for (let leaf = 0; leaf < chances.length; leaf++) {
        const centre = this.centres[leaf * this.bits + bit];
        code += chances[leaf] * this.gains[leaf * this.bits + bit] * centre;
        asked += (sharper[leaf] / all) * centre;
      }
      bits.push(code >= 0);
      real.push(Math.fround(Math.min(Math.max(asked, -1), 1)));
    }
    return { bits, real };
  }
}

class SmallBranch {
  constructor(about) {
    this.vocabulary = new Vocabulary(about.vocabulary);
    this.parts = about.parts.map((part) => new Part(part));
  }
  // By tree the node that the text is the name of.
  named(text) {
    return new Map(
      this.parts.flatMap((part) => {
        const found = part.named(text);
        return found ? [[part.tree, found.node]] : [];
      }),
    );
  }
  ask(text) {
    const named = this.named(text);
    if (!named.size && !this.vocabulary.knows(text)) return null;
    const row = this.vocabulary.row(text),
      bits = [],
      real = [],
      chances = new Map();
    for (const part of this.parts) {
      const outputs = part.outputs(row),
        own = part.isExpected ? part.chances(outputs, text) : null;
      const coded = part.coded(outputs, own);
      bits.push(...coded.bits);
      real.push(coded.real);
      if (own) chances.set(part.tree, own);
    }
    return { code: packed(bits), real, chances, named, notes: this.vocabulary.notes(text) };
  }
}

// Bits as bytes, the first bit the highest.
function packed(bits) {
  const bytes = new Uint8Array(Math.ceil(bits.length / 8));
  bits.forEach((bit, at) => {
    if (bit) bytes[at >> 3] |= 128 >> (at & 7);
  });
  return bytes;
}
