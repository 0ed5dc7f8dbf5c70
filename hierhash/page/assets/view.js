// The page: from what a person does to what is asked, and from answers to what is shown.

const PAGE = 24;

class View {
  constructor(backend) {
    this.backend = backend;
    this.hits = [];
    this.seeds = new Map();
  }

  async start() {
    const change = (...changed) => this.change(...changed);
    try {
      this.about = await this.backend.about();
    } catch (error) {
      new Answers(null, this.backend, () => location.reload()).failed(error);
      if (error.status === 401) this.signIn();
      return;
    }
    this.side = new Side(this.about, change);
    this.answers = new Answers(this.about, this.backend, change);
    this.node("name").textContent = this.about.name;
    document.title = `${this.about.name} · hierhash`;
    this.orders();
    this.listen();
    this.wish = wishOfAddress();
    await this.ask();
  }
  node(id) {
    return document.getElementById(id);
  }

  // Something else is asked: a part of the wish changes, and the address with it.
  change(changed, seed = null) {
    const typed = this.node("text").value.trim(); // what was typed and not sent counts, too
    if (!("text" in changed) && !("like" in changed) && !this.wish.like)
      changed = { text: typed, ...changed };
    this.wish = { ...this.wish, gone: false, ...changed };
    if (seed) this.seeds.set(this.wish.like, seed);
    if (addressOf(this.wish) !== (location.search || "?") || "picture" in changed) remember(this.wish);
    if ("like" in changed || "picture" in changed || seed) this.toAnswers();
    return this.ask();
  }

  // Arrow keys and Tab go on from the answers.
  toAnswers() {
    window.scrollTo({ top: 0 });
    this.node("answers").focus({ preventScroll: true });
  }

  async ask() {
    this.asking?.abort();
    const { signal } = (this.asking = new AbortController()),
      { wish } = this;
    this.hits = [];
    this.showWish();
    this.node("trouble").hidden = true;
    this.node("more").hidden = true;
    this.answers.waiting();
    if (wish.gone && !wish.text)
      return this.answers.failed(
        Object.assign(new Error("The picture of this search is not part of its address. Choose it again."), {
          status: 400,
        }),
      );
    const counting = this.backend.counts(wish, signal).then(
      (counts) => {
        if (!signal.aborted) this.side.show(wish, counts);
      },
      () => {},
    );
    try {
      const answer = await this.backend.search(wish, PAGE, 0, signal);
      if (!signal.aborted) this.shown(answer);
    } catch (error) {
      if (error.name === "AbortError") return undefined;
      this.answers.failed(error);
      if (error.status === 401) this.signIn();
    }
    return counting;
  }
  shown(answer) {
    const cards = this.answers.show(answer, this.wish, this.hits);
    this.hits.push(...answer.hits);
    this.node("more").hidden = answer.hits.length < PAGE || this.hits.length >= answer.items;
    return cards;
  }
  async more() {
    const { signal } = this.asking,
      more = this.node("more");
    more.disabled = true;
    this.node("trouble").hidden = true;
    try {
      const answer = await this.backend.search(this.wish, PAGE, this.hits.length, signal);
      if (!signal.aborted) this.shown(answer)[0]?.firstChild.focus({ preventScroll: true });
    } catch (error) {
      if (error.name !== "AbortError") this.answers.failed(error, true);
    } finally {
      more.disabled = false;
    }
  }

  showWish() {
    const { text, like, picture, under, where, sort } = this.wish,
      seed = this.node("seed");
    this.node("text").value = text;
    const known = this.seeds.get(like);
    seed.hidden = !like && !picture;
    this.node("seed-name").textContent = picture ? "Picture" : (known?.title ?? like);
    const image = this.node("seed-picture"),
      address = picture ? this.addressOf(picture) : known?.picture;
    address ? (image.src = address) : image.removeAttribute("src");
    const filters = [
      ...(under ? [["Category", shownName(unslashed(under).join(" › ")), { under: "" }]] : []),
      ...where.map((one) => {
        const [, name, sign, value] = /^([^<>=]+)(<=|>=|<|>|=)(.*)$/.exec(one) ?? [null, "", "", one];
        return [
          titled(name) + (sign === "=" ? "" : ` ${sign.replace("<=", "≤").replace(">=", "≥")}`),
          value,
          { where: where.filter((other) => other !== one) },
        ];
      }),
    ];
    this.node("chips").replaceChildren(
      ...filters.map(([name, value, without]) =>
        element(
          "span",
          {},
          element("small", { textContent: name }),
          value,
          element("button", {
            type: "button",
            textContent: "×",
            aria: { label: `Remove ${name} ${value}` },
            onclick: () => this.change(without),
          }),
        ),
      ),
    );
    this.node("filter-count").hidden = !filters.length;
    this.node("filter-count").textContent = filters.length;
    this.node("sort").options[0].textContent = text || like || picture ? "nearest first" : "as listed";
    this.node("sort").value = sort;
  }
  addressOf(picture) {
    if (this.address?.picture === picture) return this.address.url;
    if (this.address) URL.revokeObjectURL(this.address.url);
    this.address = { picture, url: URL.createObjectURL(picture) };
    return this.address.url;
  }
  orders() {
    const columns = this.about.columns.filter(({ kind }) => kind === "number"),
      choices = [
        ["", "nearest first"],
        ...columns.flatMap(({ name }) => [
          [name, `${titled(name)}, low to high`],
          [`${name} desc`, `${titled(name)}, high to low`],
        ]),
      ];
    this.node("sort").replaceChildren(
      ...choices.map(([value, textContent]) => element("option", { value, textContent })),
    );
    this.node("sort-label").hidden = !columns.length;
  }

  listen() {
    const on = (id, event, act) => this.node(id).addEventListener(event, act);
    on("ask", "submit", (event) => {
      event.preventDefault();
      const text = this.node("text").value.trim();
      this.toAnswers();
      this.change(this.wish.picture ? { text } : { text, like: "" });
    });
    on("home", "click", (event) => {
      event.preventDefault();
      this.change(NOTHING);
    });
    on("seed-clear", "click", () => {
      this.change({ like: "", picture: null });
      this.node("text").focus();
    });
    on("sort", "change", (event) => this.change({ sort: event.target.value }));
    on("more", "click", () => this.more());
    const side = this.node("side"),
      opened = (open) => {
        side.classList.toggle("open", open);
        // What the drawer covers is not reached by Tab.
        for (const covered of [document.querySelector("header"), this.node("answers")]) covered.inert = open;
        this.node("open-side").setAttribute("aria-expanded", open);
        this.node(open ? "close-side" : "open-side").focus();
      };
    on("open-side", "click", () => opened(true));
    on("close-side", "click", () => opened(false));
    window.addEventListener("popstate", () => {
      this.wish = wishOfAddress();
      this.ask();
    });
    document.addEventListener("keydown", (event) => {
      const typing = /INPUT|SELECT|TEXTAREA/.test(document.activeElement?.tagName);
      if (event.key === "/" && !typing) {
        event.preventDefault();
        this.node("text").focus();
        this.node("text").select();
      }
      if (event.key === "Escape" && side.classList.contains("open")) opened(false);
      const isAt = (id) => document.activeElement === this.node(id);
      if (event.key.startsWith("Arrow") && document.activeElement?.classList.contains("card"))
        this.step(event);
      else if (event.key === "ArrowDown" && (isAt("answers") || isAt("text"))) this.step(event);
    });
    if (this.about.reads?.includes("image")) takePictures(this);
  }
  // The arrow keys go from card to card.
  step(event) {
    const cards = [...this.node("grid").querySelectorAll(".card")],
      at = cards.indexOf(document.activeElement);
    const across = cards.filter((card) => card.offsetTop === cards[0].offsetTop).length;
    const next =
      at < 0
        ? cards[0]
        : cards[at + { ArrowRight: 1, ArrowLeft: -1, ArrowDown: across, ArrowUp: -across }[event.key]];
    if (next) {
      event.preventDefault();
      next.focus();
    }
  }
  signIn() {
    const dialog = this.node("sign-in"),
      trouble = this.node("key-trouble");
    this.node("sign-in-form").onsubmit = async (event) => {
      event.preventDefault();
      try {
        await this.backend.signIn(this.node("key").value);
        location.reload();
      } catch (error) {
        trouble.hidden = false;
        trouble.textContent = error.message;
      }
    };
    if (!dialog.open) dialog.showModal();
  }
}
