"use strict";
// A term and what it comes from light each other up: under the pointer, with the keyboard's focus, or pinned by a click.
(() => {
  const root = document.documentElement;
  const said = document.querySelector(".said");
  const terms = [...document.querySelectorAll(".term")];
  const drawn = [...document.querySelectorAll("svg .node[data-id], svg .edge[data-id]")];
  const parts = new Map(drawn.map((part) => [part.dataset.id, part]));
  const lights = new Map(terms.map((term) => [term, new Set(JSON.parse(term.dataset.lights))]));
  let pinned = null;
  let pointed = null;

  const name = (thing) => (lights.has(thing) ? thing.title : (thing.querySelector("title")?.textContent ?? ""));

  function related(thing) {
    if (lights.has(thing)) return [...lights.get(thing)].map((id) => parts.get(id)).filter(Boolean);
    return terms.filter((term) => lights.get(term).has(thing.dataset.id));
  }

  function words(thing, found) {
    return lights.has(thing) || !terms.length ? name(thing) : `${name(thing)} (in ${found.length} of ${terms.length} terms)`;
  }

  function show() {
    const chosen = pinned ?? pointed;
    const found = chosen ? related(chosen) : [];
    const lit = new Set(chosen ? [chosen, ...found] : []);
    for (const thing of [...terms, ...drawn]) {
      thing.classList.toggle("lit", lit.has(thing));
      thing.setAttribute("aria-pressed", String(thing === pinned));
    }
    document.body.classList.toggle("from-term", lights.has(chosen));
    document.body.classList.toggle("from-part", chosen !== null && !lights.has(chosen));
    said.textContent = chosen ? words(chosen, found) : "";
  }

  function point(thing) {
    pointed = thing;
    show();
  }

  function pin(thing) {
    pinned = pinned === thing ? null : thing;
    show();
    if (pinned && !lights.has(pinned)) related(pinned)[0]?.scrollIntoView({ block: "nearest" });
  }

  // The part of the picture under a pointer; of several lines the nearest, since their surroundings overlap.
  function under(event) {
    const found = document.elementsFromPoint(event.clientX, event.clientY).map((e) => parts.get(owner(e)));
    const there = [...new Set(found)].filter(Boolean);
    if (there.length < 2 || there[0].matches(".node")) return there[0] ?? null;
    const far = new Map(there.map((part) => [part, part.matches(".edge") ? distance(part, event) : Infinity]));
    return there.reduce((best, part) => (far.get(part) < far.get(best) ? part : best));
  }

  const owner = (element) => element.closest(".node[data-id], .edge[data-id]")?.dataset.id;

  function distance(edge, event) {
    const line = edge.querySelector("path");
    const matrix = line.getScreenCTM();
    const length = line.getTotalLength();
    let least = Infinity;
    for (let step = 0; step <= 100; step++) {
      const point = line.getPointAtLength((length * step) / 100).matrixTransform(matrix);
      least = Math.min(least, Math.hypot(point.x - event.clientX, point.y - event.clientY));
    }
    return least;
  }

  const picture = document.querySelector(".picture svg");
  picture.addEventListener("pointermove", (event) => {
    const thing = event.pointerType === "mouse" ? under(event) : pointed;
    if (thing !== pointed) point(thing);
  });
  picture.addEventListener("pointerleave", (event) => event.pointerType === "mouse" && point(null));
  picture.addEventListener("click", (event) => {
    const thing = under(event);
    if (!thing) return;
    event.stopPropagation();
    pin(thing);
  });
  for (const term of terms) {
    term.addEventListener("pointerenter", (event) => event.pointerType === "mouse" && point(term));
    term.addEventListener("pointerleave", (event) => event.pointerType === "mouse" && point(null));
    term.addEventListener("click", (event) => {
      event.stopPropagation();
      pin(term);
    });
  }
  for (const thing of [...terms, ...drawn]) {
    thing.addEventListener("focus", () => thing.matches(":focus-visible") && point(thing));
    thing.addEventListener("blur", () => point(null));
  }
  for (const part of drawn) {
    part.setAttribute("tabindex", "0");
    part.setAttribute("role", "button");
    part.setAttribute("aria-label", name(part));
    part.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      pin(part);
    });
  }
  document.addEventListener("click", () => pinned && pin(pinned));
  document.addEventListener("keydown", (event) => event.key === "Escape" && pinned && pin(pinned));

  const button = document.querySelector(".theme");
  const system = matchMedia("(prefers-color-scheme: dark)");
  const dark = () => (root.dataset.theme ?? (system.matches ? "dark" : "light")) === "dark";
  const label = () => (button.textContent = dark() ? "Light" : "Dark");
  button.addEventListener("click", (event) => {
    event.stopPropagation();
    root.dataset.theme = dark() ? "light" : "dark";
    label();
  });
  system.addEventListener("change", label);
  button.hidden = false;
  label();
  show();
})();
