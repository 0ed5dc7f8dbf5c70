// The answers: what was understood, the grid of pictures, and the states in which there are none.

class Answers {
  constructor(about, backend, change) {
    this.about = about;
    this.backend = backend;
    this.change = change;
    this.grid = document.getElementById("grid");
  }

  waiting() {
    if (this.grid.children.length && !this.grid.querySelector(".empty")) {
      this.grid.classList.add("busy");
      return;
    }
    this.grid.replaceChildren(
      ...Array.from({ length: 12 }, () =>
        element(
          "li",
          { aria: { hidden: "true" } },
          element(
            "div",
            { className: "card waiting" },
            element("figure"),
            element("div", { className: "about" }),
          ),
        ),
      ),
    );
  }

  show(answer, wish, before = []) {
    this.grid.classList.remove("busy");
    if (!before.length) this.said(answer, wish);
    const cards = answer.hits.map((hit) => element("li", {}, this.card(hit, answer.unit, wish)));
    if (before.length) this.grid.append(...cards);
    else this.grid.replaceChildren(...(cards.length ? cards : [this.nothing(wish)]));
    const shown = before.length + answer.hits.length,
      asked = wish.text || wish.like || wish.picture;
    const items = `${inWords(answer.items)} ${answer.items === 1 ? "item" : "items"}`;
    document.getElementById("status").textContent = !asked
      ? items
      : shown
        ? `The nearest ${inWords(shown)} of ${items}`
        : "Nothing answers";
    return cards;
  }

  card(hit, unit, wish) {
    const title = hit.text || hit.id,
      path = shownName(hit.paths[0]?.join(" › ") ?? ""),
      address = this.backend.picture(hit, 256);
    const picture = element("figure", {}, "No picture");
    if (address) {
      const image = element("img", {
        src: address,
        alt: "",
        loading: "lazy",
        decoding: "async",
        onerror: () => image.remove(),
      });
      picture.append(image);
    }
    picture.append(
      element("span", { className: "like", textContent: "More like this", aria: { hidden: "true" } }),
    );
    const near =
      hit.distance === null
        ? null
        : element("span", { textContent: `${hit.distance} ${unit}${hit.distance === 1 ? "" : "s"} away` });
    const cell = wish.sort ? hit.attributes[wish.sort.replace(/ (asc|desc)$/, "")] : null;
    const mark = hit.relation
      ? element("span", { className: `mark ${hit.relation}`, textContent: hit.relation })
      : null;
    const about = element(
      "div",
      { className: "about" },
      element("span", { className: "title", textContent: title }),
      element("span", { className: "path", textContent: path }),
      element(
        "span",
        { className: "near" },
        mark,
        near,
        cell ? element("span", { textContent: cell }) : null,
      ),
    );
    return element(
      "a",
      {
        className: "card",
        href: addressOf({ ...NOTHING, like: hit.id, under: wish.under, where: wish.where }),
        dataset: { id: hit.id },
        title: `More like this: ${title} (${hit.id})`,
        onclick: (event) => {
          if (event.metaKey || event.ctrlKey || event.shiftKey || event.button) return;
          event.preventDefault();
          this.change({ like: hit.id, text: "", picture: null, sort: "" }, { title, picture: address });
        },
      },
      picture,
      about,
    );
  }

  said(answer, wish) {
    const read = (answer.understood ?? []).map(({ tree, node, confidence }) => {
      const isFacet = tree !== "category",
        chosen = isFacet
          ? { where: withCondition(wish.where, tree, slashed(node)) }
          : { under: slashed(node) };
      return element(
        "button",
        {
          type: "button",
          className: "read",
          title: "Keep to these",
          dataset: { tree },
          onclick: () => this.change(chosen),
        },
        isFacet ? element("small", { textContent: titled(tree) }) : null,
        shownName(node.join(" › ")),
        element("meter", { value: confidence, min: 0, max: 1, aria: { hidden: "true" } }),
        element("span", { className: "sure", textContent: `${Math.round(confidence * 100)} %` }),
      );
    });
    const unclear =
      answer.understood && !read.length
        ? [element("span", { textContent: "Nothing clear was understood" })]
        : [];
    const notes = [...answer.notes, ...answer.asides].map((text) =>
      element("p", { className: "note", textContent: text }),
    );
    const said = document.getElementById("said"),
      all = [...(read.length ? ["Understood", ...read] : unclear), ...notes];
    said.hidden = !all.length;
    said.replaceChildren(...all);
  }

  nothing(wish) {
    const filtered = wish.under || wish.where.length;
    return element(
      "li",
      { className: "empty" },
      element("strong", { textContent: "Nothing here" }),
      filtered
        ? "No item meets all filters. Take one away to see more."
        : "Try other words, or fewer of them.",
    );
  }

  // Args: what went wrong, and whether what was answered before stays.
  failed(error, keeps = false) {
    this.grid.classList.remove("busy");
    if (!keeps) {
      this.grid.replaceChildren();
      document.getElementById("said").hidden = true;
      document.getElementById("status").textContent = "";
    }
    const trouble = document.getElementById("trouble");
    trouble.hidden = false;
    const again =
      error.status === undefined || error.status >= 500
        ? element("button", { type: "button", textContent: "Try again", onclick: () => this.change({}) })
        : null;
    trouble.replaceChildren(error.message, ...(again ? [again] : []));
  }
}
