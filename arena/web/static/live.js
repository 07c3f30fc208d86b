// What moves while a tournament runs: its standings, by server-sent events.
"use strict";

function cell(tag, text, kind) {
  const made = document.createElement(tag);
  made.textContent = text;
  if (kind) made.className = kind;
  return made;
}

function figure(value) {
  if (value === null) return "-";
  return Number.isInteger(value) ? value.toLocaleString("en-US") : String(Number(value.toPrecision(4)));
}

function row(line, alone) {
  const made = document.createElement("tr");
  const name = cell("th", "", "");
  name.scope = "row";
  const link = cell("a", line.entrant, "");
  link.href = `/agents/${encodeURIComponent(line.entrant)}`;
  name.append(link);
  made.append(name, cell("td", figure(line.played), "n"));
  if (!alone) {
    for (const key of ["wins", "draws", "losses", "score"]) made.append(cell("td", figure(line[key]), "n"));
  }
  made.append(cell("td", figure(line.mean_return), "n"));
  return made;
}

function follow(place) {
  const source = new EventSource(place.dataset.live);
  const table = document.querySelector("[data-standings] tbody");
  source.addEventListener("message", (event) => {
    const told = JSON.parse(event.data);
    document.querySelector("[data-matches]").textContent = figure(told.matches);
    const state = document.querySelector("[data-state]");
    state.textContent = told.state;
    state.className = `state ${told.state}`;
    if (table) table.replaceChildren(...told.standings.map((line) => row(line, told.alone)));
    if (told.state !== "running") {
      source.close();
      place.textContent = "It is over: the page can be loaded anew.";
    }
  });
}

const live = document.querySelector("[data-live]");
if (live) follow(live);
