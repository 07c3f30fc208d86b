// What a page says of something that runs, asked for anew every two seconds.
"use strict";

const place = document.querySelector("[data-refresh]");

async function refresh() {
  const answer = await fetch(location.href);
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.querySelector("[data-refresh]");
  if (!fresh) return;
  place.replaceChildren(...fresh.childNodes);
  if (page.querySelector("script[src='/static/refresh.js']")) setTimeout(refresh, 2000);
}

setTimeout(refresh, 2000);
