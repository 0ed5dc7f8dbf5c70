"use strict";
document.getElementById("ask").addEventListener("submit", async (event) => {
  event.preventDefault();
  const asked = new URLSearchParams({ text: document.getElementById("text").value });
  const answer = await (await fetch(`api/search?${asked}`)).json();
  const items = (answer.hits || []).map((hit) => {
    const line = document.createElement("li");
    line.textContent = `${hit.id} ${hit.text || ""}`;
    return line;
  });
  document.getElementById("hits").replaceChildren(...items);
});
