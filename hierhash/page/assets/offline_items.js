// The items inside the page: their codes, labels and cells; what may answer, how near each is.

const AMONG = 200;

const startsWith = (path, node) => node.every((name, level) => path[level] === name);
const bytesOf = (text) => Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
const floatsOf = (text) => new Float32Array(bytesOf(text).buffer);
const signedOf = (text) => new Int8Array(bytesOf(text).buffer);
const ONES = Uint8Array.from({ length: 256 }, (_, byte) => byte.toString(2).replaceAll("0", "").length);

class Items {
  constructor({ about, items }) {
    this.columns = about.columns;
    Object.assign(this, items);
    this.count = items.ids.length;
    this.codes = bytesOf(items.codes);
    this.width = this.codes.length / (this.count || 1);
    this.rowOf = new Map(this.ids.map((id, row) => [id, row]));
    this.trees = new Map(about.trees.map((tree) => [tree.name, tree.nodes]));
  }
  // What is said of each item: text, id, and values of columns.
  said() {
    const cells = Object.values(this.cells);
    return this.ids.map((id, row) =>
      [this.texts[row] ?? "", id, ...cells.map((column) => column[row])].join(" "),
    );
  }

  // What answers must meet: {name, meets(row)}; the name is that of a tree or a column.
  conditions({ under, where }) {
    const found = under ? [this.below("category", under)] : [];
    for (const text of where) {
      const [, name, sign, value] = /^\s*([^<>=]+?)\s*(<=|>=|<|>|=)(.+)$/s.exec(text) ?? [];
      if (!name) throw new Error(`'${text}' is not NAME=VALUE, such as colour=Red, or NAME<NUMBER`);
      if (sign === "=" && this.trees.has(name)) found.push(this.below(name, value));
      else if (!Object.hasOwn(this.cells, name)) throw new Error(`no facet or column '${name}'`);
      else found.push(sign === "=" ? this.equals(name, value) : this.compares(name, sign, Number(value)));
    }
    return found;
  }
  below(name, text, unknown = false) {
    const nodes = this.trees.get(name),
      node = Array.isArray(text) ? text : nodeOf(nodes, text);
    if (!node) throw new Error(`${name}: there is no '${text}'`);
    const inside = nodes.map((one) => startsWith(one, node)),
      labels = this.labels[name];
    return {
      name,
      node,
      meets: (row) => (labels[row].length ? labels[row].some((one) => inside[one]) : unknown),
    };
  }
  equals(name, value) {
    const wanted = value.trim().toLowerCase(),
      cells = this.cells[name];
    return { name, meets: (row) => valuesOf(cells[row]).some((one) => one.toLowerCase() === wanted) };
  }
  compares(name, sign, limit) {
    const holds = {
      "<": (one) => one < limit,
      "<=": (one) => one <= limit,
      ">": (one) => one > limit,
      ">=": (one) => one >= limit,
    }[sign];
    const cells = this.cells[name];
    return { name, meets: (row) => cells[row].trim() !== "" && holds(Number(cells[row])) };
  }
  // Which rows meet all conditions, one byte each.
  meeting(conditions) {
    const may = new Uint8Array(this.count);
    for (let row = 0; row < this.count; row++) may[row] = conditions.every((one) => one.meets(row)) ? 1 : 0;
    return may;
  }
  // Each tree and column is counted under all conditions except its own.
  counted(conditions) {
    const others = (name) => rowsOf(this.meeting(conditions.filter((one) => one.name !== name)));
    const trees = {},
      columns = {};
    for (const [name, nodes] of this.trees) {
      const place = new Map(nodes.map((node, at) => [slashed(node), at])),
        counts = new Uint32Array(nodes.length);
      const above = nodes.map((node) => node.map((_, level) => place.get(slashed(node.slice(0, level + 1)))));
      for (const row of others(name))
        for (const at of new Set(this.labels[name][row].flatMap((one) => above[one]))) counts[at] += 1;
      trees[name] = nodes.flatMap((node, at) => (counts[at] ? [[node, counts[at]]] : []));
    }
    for (const { name, kind } of this.columns) {
      if (kind !== "values") continue;
      const counts = new Map(),
        spelled = new Map();
      for (const value of [...new Set(this.cells[name].flatMap(valuesOf))].sort(byPoint))
        if (!spelled.has(value.toLowerCase())) spelled.set(value.toLowerCase(), value);
      for (const row of others(name))
        for (const value of unique(valuesOf(this.cells[name][row]).map((one) => one.toLowerCase())))
          counts.set(value, (counts.get(value) ?? 0) + 1);
      columns[name] = [...counts]
        .sort(([one], [other]) => byPoint(one, other))
        .map(([value, count]) => [spelled.get(value), count]);
    }
    return { items: rowsOf(this.meeting(conditions)).length, trees, columns };
  }

  // The products of the real code with all codes, eight bits at a time from tables of sums.
  scores(parts, weights) {
    const largest = Math.max(...weights) || 1;
    const real = parts.flatMap((own, at) =>
      own.map((one) => Math.fround(one * Math.fround(weights[at] / largest))),
    );
    const tables = Array.from({ length: this.width }, (_, byte) =>
      Float32Array.from({ length: 256 }, (_, value) => {
        let sum = 0;
        for (let bit = 0; bit < 8; bit++)
          sum += (real[8 * byte + bit] ?? 0) * (value & (128 >> bit) ? 1 : -1);
        return sum;
      }),
    );
    const scores = new Float32Array(this.count);
    for (let row = 0, at = 0; row < this.count; row++)
      for (let byte = 0; byte < this.width; byte++, at++) scores[row] += tables[byte][this.codes[at]];
    return scores;
  }
  distance(code, row) {
    let sum = 0;
    for (let byte = 0; byte < this.width; byte++)
      sum += ONES[code[byte] ^ this.codes[row * this.width + byte]];
    return sum;
  }
  // The nearest in the order of a column, and after them the others by nearness.
  sorted({ sort }, take, k, skip) {
    if (!sort) return take(k, skip);
    const [, column, direction] = /^(.*?)(?: (asc|desc))?$/.exec(sort),
      cells = this.cells[column] ?? [];
    const near = take(AMONG, 0),
      cell = ({ row }) => (cells[row] ?? "").trim(),
      isNumber = (text) => text !== "" && !Number.isNaN(Number(text));
    const numbers = near.some((hit) => isNumber(cell(hit))),
      has = (hit) => (numbers ? isNumber(cell(hit)) : cell(hit) !== "");
    const key = (hit) => (numbers ? Number(cell(hit)) : cell(hit).toLowerCase()),
      sign = direction === "desc" ? -1 : 1;
    const ordered = near
      .filter(has)
      .sort((one, other) => (key(one) < key(other) ? -sign : key(one) > key(other) ? sign : 0));
    return [
      ...ordered,
      ...near.filter((hit) => !has(hit)),
      ...take(Math.max(skip + k - AMONG, 0), AMONG),
    ].slice(skip, skip + k);
  }
  shown({ row, score = null, distance = null }, understood = []) {
    const paths = this.paths(row),
      category = understood.find(({ tree }) => tree === "category");
    const attributes = Object.fromEntries(
      Object.entries(this.cells).flatMap(([name, cells]) => (cells[row] ? [[name, cells[row]]] : [])),
    );
    const thumb = this.pictures[row],
      picture = thumb ? `data:image/webp;base64,${thumb}` : null;
    return {
      id: this.ids[row],
      text: this.texts[row],
      paths,
      attributes,
      distance,
      score,
      relation: category && paths.length ? relation(category.node, paths) : "",
      picture,
    };
  }
  paths(row) {
    return this.labels.category[row].map((at) => this.trees.get("category")[at]);
  }
}

const rowsOf = (may) => {
  const rows = [];
  may.forEach((is, row) => {
    if (is) rows.push(row);
  });
  return rows;
};
const valuesOf = (cell) =>
  cell
    .split("|")
    .map((value) => value.trim())
    .filter(Boolean);
const relation = (node, paths) =>
  paths.some((path) => startsWith(path, node))
    ? "exact"
    : paths.some((path) => path[0] === node[0])
      ? "relative"
      : "beyond";
const byPoint = (one, other) => (one < other ? -1 : one > other ? 1 : 0);
// The node of a path or of a name, in any mixture of upper and lower case.
function nodeOf(nodes, text) {
  const folded = text.trim().toLowerCase(),
    whole = nodes.find((node) => slashed(node) === text.trim());
  const same = nodes.filter((node) =>
    [slashed(node), node.at(-1)].some((one) => one.toLowerCase() === folded),
  );
  return whole ?? (same.length === 1 ? same[0] : undefined);
}
