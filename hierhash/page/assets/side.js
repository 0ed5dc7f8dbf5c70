// The filters beside the answers: the tree with counts, facets, ranges of numbers, weights.

const SHOWN = 8;

function element(tag, properties = {}, ...children) {
  const { dataset, aria = {}, ...own } = properties,
    made = Object.assign(document.createElement(tag), own);
  for (const [name, value] of Object.entries(aria)) made.setAttribute(`aria-${name}`, value);
  Object.assign(made.dataset, dataset);
  made.append(...children.filter((child) => child !== null));
  return made;
}

const inWords = (number) => number.toLocaleString("en");
const shownName = (name) => name.replaceAll("_", " ");
const titled = (name) =>
  name
    .replaceAll("_", " ")
    .replace(/([a-z])([A-Z])/g, "$1 $2")
    .replace(/^./, (first) => first.toUpperCase());

class Side {
  constructor(about, change) {
    this.about = about;
    this.change = change;
    this.open = new Set();
  }

  show(wish, counts) {
    this.wish = wish;
    this.counts = counts;
    const kept = this.focused();
    const shown = counts ? `Show ${inWords(counts.items)} ${counts.items === 1 ? "item" : "items"}` : "Done";
    document.getElementById("close-side").textContent = shown;
    this.showTree(counts);
    const facets = this.about.trees.slice(1).map(({ name }) => this.facet(name, this.below(name, [])));
    const columns = this.about.columns
      .filter(({ kind }) => kind === "values")
      .map(({ name }) =>
        this.facet(
          name,
          counts?.columns[name]?.map(([value, count]) => [value, value, count]),
        ),
      );
    document.getElementById("facets").replaceChildren(...facets, ...columns);
    this.showRanges();
    this.showWeights();
    kept?.()?.focus();
  }
  // What is made anew keeps the focus: finds what stands where it was.
  focused() {
    const { activeElement } = document,
      key = activeElement?.dataset?.key,
      label = activeElement?.getAttribute("aria-label");
    const side = document.getElementById("side");
    if (!side.contains(activeElement) || !(key || label)) return null;
    return () =>
      side.querySelector(key ? `[data-key="${CSS.escape(key)}"]` : `[aria-label="${CSS.escape(label)}"]`);
  }
  // The values right below a node of a facet's tree: [key, shown, count].
  below(name, parent) {
    return (this.counts?.trees[name] ?? [])
      .filter(
        ([node]) => node.length === parent.length + 1 && parent.every((one, level) => node[level] === one),
      )
      .map(([node, count]) => [slashed(node), shownName(node.at(-1)), count]);
  }

  showTree(counts) {
    const under = unslashed(this.wish.under),
      [category] = this.about.trees;
    const known = new Map(
      (counts?.trees[category.name] ?? []).map(([node, count]) => [slashed(node), count]),
    );
    const children = (parent) =>
      category.nodes.filter(
        (node) =>
          node.length === parent.length + 1 &&
          parent.every((name, level) => node[level] === name) &&
          (known.has(slashed(node)) || node.every((name, level) => under[level] === name)),
      );
    const list = (parent) => {
      const nodes = children(parent);
      return nodes.length
        ? element(
            "ul",
            {},
            ...nodes.map((node) => {
              const onWay = node.every((name, level) => under[level] === name);
              return element(
                "li",
                {},
                this.node(
                  shownName(node.at(-1)),
                  known.get(slashed(node)) ?? 0,
                  slashed(node) === this.wish.under,
                  (on) => ({ under: on ? slashed(node) : slashed(node.slice(0, -1)) }),
                  slashed(node),
                ),
                onWay ? list(node) : null,
              );
            }),
          )
        : null;
    };
    document.getElementById("tree").replaceChildren(list([]) ?? "");
    const crumbs = under.length ? ["All", ...under] : [];
    document.getElementById("crumbs").replaceChildren(
      ...crumbs.flatMap((name, at) => {
        const last = at === crumbs.length - 1;
        const one = last
          ? element("span", { textContent: shownName(name), aria: { current: "true" } })
          : element("button", {
              type: "button",
              textContent: shownName(name),
              onclick: () => this.change({ under: slashed(under.slice(0, at)) }),
            });
        return at ? [element("span", { textContent: "›", aria: { hidden: "true" } }), one] : [one];
      }),
    );
  }

  node(name, count, pressed, changed, key) {
    return element(
      "button",
      {
        type: "button",
        className: "node",
        dataset: { key },
        aria: { pressed: String(pressed) },
        onclick: () => this.change(changed(!pressed)),
      },
      name,
      element("small", { textContent: inWords(count) }),
    );
  }

  facet(name, values = []) {
    const chosen = conditionOf(this.wish.where, name),
      all = [...values].sort((one, other) => other[2] - one[2]);
    const onWay = (key) => `${chosen ?? ""}/`.toLowerCase().startsWith(`${key}/`.toLowerCase());
    const kept = this.open.has(name) ? all : all.filter(([key], at) => at < SHOWN || onWay(key));
    const row = ([key, shown, count]) => {
      const change = (on) => ({ where: withCondition(this.wish.where, name, on ? key : null) });
      const nested = onWay(key) ? this.below(name, unslashed(key)) : [];
      return element(
        "li",
        {},
        this.node(shown, count, key.toLowerCase() === chosen?.toLowerCase(), change, `${name}=${key}`),
        nested.length ? element("ul", {}, ...nested.map(row)) : null,
      );
    };
    const rows = kept.map(row);
    const more =
      all.length > kept.length || this.open.has(name)
        ? element("button", {
            type: "button",
            className: "all",
            dataset: { key: `all ${name}` },
            textContent: this.open.has(name) ? "Fewer" : `All ${all.length}`,
            aria: { expanded: String(this.open.has(name)) },
            onclick: () => this.toggle(name),
          })
        : null;
    return element(
      "section",
      { dataset: { facet: name } },
      element("h3", { textContent: titled(name) }),
      rows.length
        ? element("ul", {}, ...rows)
        : element("p", { className: "path", textContent: "No values among these items" }),
      all.length > SHOWN ? more : null,
    );
  }
  toggle(name) {
    this.open.has(name) ? this.open.delete(name) : this.open.add(name);
    this.show(this.wish, this.counts);
  }

  // Made once, so that who types from field to field is not interrupted.
  showRanges() {
    const ranges = document.getElementById("ranges");
    if (!ranges.children.length)
      ranges.append(
        ...this.about.columns.filter(({ kind }) => kind === "number").map((column) => this.range(column)),
      );
    for (const input of ranges.querySelectorAll("input"))
      if (input !== document.activeElement)
        input.value = conditionOf(this.wish.where, input.dataset.name, input.dataset.sign) ?? "";
  }
  range({ name, least, most }) {
    const limit = (sign, label, hint) =>
      element("input", {
        type: "number",
        step: "any",
        placeholder: String(hint),
        dataset: { name, sign },
        aria: { label: `${label} ${titled(name)}` },
        onchange: (event) =>
          this.change({ where: withCondition(this.wish.where, name, event.target.value, sign) }),
      });
    return element(
      "section",
      { dataset: { facet: name } },
      element("h3", { textContent: titled(name) }),
      element("div", { className: "range" }, limit(">=", "Least", least), "to", limit("<=", "Most", most)),
    );
  }

  showWeights() {
    const segments = Object.keys(this.about.segments),
      weights = document.getElementById("weights");
    weights.hidden = segments.length < 2;
    document.getElementById("sliders").replaceChildren(
      ...segments.map((name) => {
        const value = this.wish.weigh[name] ?? this.about.weights[name] ?? 1,
          output = element("output", { textContent: value });
        const input = element("input", {
          type: "range",
          min: 0,
          max: 2,
          step: 0.05,
          aria: { label: `How much ${titled(name)} counts` },
          oninput: (event) => {
            output.textContent = event.target.value;
          },
          onchange: (event) =>
            this.change({ weigh: { ...this.wish.weigh, [name]: Number(event.target.value) } }),
        });
        input.value = value;
        return element("div", { className: "slider" }, titled(name), output, input);
      }),
    );
  }
}
