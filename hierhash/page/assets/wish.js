// What is asked, and its address: every search can be shared, and the back button goes back to it.

const NOTHING = { text: "", like: "", under: "", where: [], weigh: {}, sort: "", picture: null };
const KEPT = 20,
  PICTURES = new Map(); // pictures are not part of an address; the history remembers their numbers

function wishOfAddress() {
  const parameters = new URLSearchParams(location.search),
    number = history.state?.picture;
  const weigh = Object.fromEntries(
    parameters
      .getAll("weigh")
      .map((one) => one.split("="))
      .filter(([, weight]) => weight !== undefined)
      .map(([name, weight]) => [name, Number(weight)]),
  );
  const picture = PICTURES.get(number) ?? null;
  const gone = number !== undefined && !picture;
  const one = (name) => parameters.get(name) ?? "";
  return {
    ...NOTHING,
    text: one("text"),
    like: one("like"),
    under: one("under"),
    where: parameters.getAll("where"),
    weigh,
    sort: one("sort"),
    picture,
    gone,
  };
}

function addressOf({ text, like, under, where, weigh, sort }) {
  const parameters = new URLSearchParams(
    Object.entries({ text, like, under, sort }).filter(([, value]) => value),
  );
  for (const one of where) parameters.append("where", one);
  for (const [name, weight] of Object.entries(weigh)) parameters.append("weigh", `${name}=${weight}`);
  return `?${parameters}`;
}

function remember(wish) {
  let state = {};
  if (wish.picture) {
    let number = [...PICTURES].find(([, picture]) => picture === wish.picture)?.[0];
    if (number === undefined) {
      PICTURES.set((number = Date.now()), wish.picture);
      if (PICTURES.size > KEPT) PICTURES.delete(PICTURES.keys().next().value);
    }
    state = { picture: number };
  }
  history.pushState(state, "", addressOf(wish));
}

// The value that a name is filtered by, of conditions such as colour=Red and price<50.
const conditionOf = (where, name, sign = "=") =>
  where
    .find((one) => one.startsWith(name + sign) && !"<>=".includes(one[name.length + sign.length]))
    ?.slice(name.length + sign.length);
const withCondition = (where, name, value, sign = "=") => [
  ...where.filter((one) => conditionOf([one], name, sign) === undefined),
  ...(value === null || value === "" ? [] : [name + sign + value]),
];

// A path as text: a slash inside a name is written \/.
const slashed = (path) => path.map((name) => name.replaceAll("\\", "\\\\").replaceAll("/", "\\/")).join("/");
const unslashed = (text) => text.match(/(?:\\.|[^\\/])+/g)?.map((name) => name.replace(/\\(.)/g, "$1")) ?? [];
