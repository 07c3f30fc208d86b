// A match step by step: a slider, buttons and keys. Without this script all steps are shown.
"use strict";

function control(text, label, act) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "plain";
  button.textContent = text;
  button.setAttribute("aria-label", label);
  button.addEventListener("click", act);
  return button;
}

function replay(list) {
  const steps = [...list.children];
  const bar = document.createElement("div");
  bar.className = "player";
  const slider = document.createElement("input");
  slider.type = "range";
  slider.min = "0";
  slider.max = String(steps.length - 1);
  slider.setAttribute("aria-label", "Step of the match");
  const told = document.createElement("output");
  let at = 0;
  let timer = 0;

  function show(next) {
    at = Math.max(0, Math.min(steps.length - 1, next));
    steps.forEach((step, place) => { step.hidden = place !== at; });
    for (const place of [at, at + 1]) {  // the next picture is there when it is asked for
      const picture = steps[place] && steps[place].querySelector("img");
      if (picture) picture.loading = "eager";
    }
    slider.value = String(at);
    slider.setAttribute("aria-valuetext", steps[at].querySelector("h3").textContent.trim());
    told.textContent = `${at} of ${steps.length - 1}`;
    if (at === steps.length - 1) stop();
  }
  function stop() {
    clearInterval(timer);
    timer = 0;
    play.textContent = "Play";
    play.setAttribute("aria-label", "Play");
  }
  function toggle() {
    if (timer) { stop(); return; }
    if (at === steps.length - 1) show(0);
    timer = setInterval(() => show(at + 1), 900);
    play.textContent = "Pause";
    play.setAttribute("aria-label", "Pause");
  }
  const play = control("Play", "Play", toggle);
  const keys = {
    ArrowLeft: () => show(at - 1), ArrowRight: () => show(at + 1),
    Home: () => show(0), End: () => show(steps.length - 1), " ": toggle,
  };
  slider.addEventListener("input", () => { stop(); show(Number(slider.value)); });
  document.addEventListener("keydown", (event) => {
    const inside = event.target.closest("input, select, textarea, button, summary, a, pre");
    if (inside && inside !== slider) return;
    if (event.ctrlKey || event.metaKey || event.altKey || !(event.key in keys)) return;
    event.preventDefault();
    keys[event.key]();
  });
  bar.append(
    control("«", "To the deal", () => { stop(); show(0); }),
    control("‹", "Back", () => { stop(); show(at - 1); }),
    play,
    control("›", "On", () => { stop(); show(at + 1); }),
    control("»", "To the end", () => { stop(); show(steps.length - 1); }),
    slider, told,
  );
  list.before(bar);
  list.classList.add("single");
  const asked = /^#step-(\d+)$/.exec(location.hash);
  show(asked ? Number(asked[1]) : 0);
}

for (const list of document.querySelectorAll("[data-replay]")) replay(list);
