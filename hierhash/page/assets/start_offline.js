const search = new Offline(JSON.parse(document.getElementById("content").textContent));
globalThis.hierhash = { answer: (wish, k = 20, skip = 0) => search.answer({ ...NOTHING, ...wish }, k, skip) };
new View(search).start();
