// The server behind the page.

class Served {
  async about() {
    return this.asked("api/index");
  }
  async counts(wish, signal) {
    return this.asked(`api/counts?${parametersOf({ under: wish.under, where: wish.where })}`, { signal });
  }
  async search(wish, k, skip, signal) {
    const parameters = parametersOf({ ...wish, k, skip });
    if (!wish.picture) return this.asked(`api/search?${parameters}`, { signal });
    const body = new FormData();
    for (const [name, value] of parameters) body.append(name, value);
    body.append("picture", wish.picture);
    return this.asked("api/search", { method: "POST", body, signal });
  }
  picture(hit, size) {
    return hit.picture && `${hit.picture}&size=${size}`.replace(/^\//, "");
  }
  async signIn(key) {
    return this.asked("api/session", {
      method: "POST",
      body: JSON.stringify({ key }),
      headers: { "Content-Type": "application/json" },
    });
  }
  async asked(address, options) {
    let answer;
    try {
      answer = await fetch(address, options);
    } catch (error) {
      if (error.name === "AbortError") throw error;
      throw new Error("The server does not answer. Is it running?");
    }
    const content = await answer.json().catch(() => ({}));
    if (answer.ok) return content;
    const error = new Error(
      answer.status === 503
        ? "The server is busy. Try again in a moment."
        : (content.error ?? `The server answered ${answer.status}.`),
    );
    throw Object.assign(error, { status: answer.status });
  }
}

function parametersOf({ text, like, under, where = [], weigh = {}, sort, mode, k, skip, filter }) {
  const pairs = [
    ["text", text],
    ["like", like],
    ["under", under],
    ["sort", sort],
    ["mode", mode],
    ["k", k],
    ["skip", skip],
  ];
  const parameters = new URLSearchParams(pairs.filter(([, value]) => value));
  for (const one of where) parameters.append("where", one);
  for (const [name, weight] of Object.entries(weigh)) parameters.append("weigh", `${name}=${weight}`);
  if (filter === false) parameters.set("filter", "false");
  return parameters;
}
