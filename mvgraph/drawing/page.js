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

  for (const thing of [...terms, ...drawn]) {
    thing.addEventListener("pointerenter", (event) => event.pointerType === "mouse" && point(thing));
    thing.addEventListener("pointerleave", (event) => event.pointerType === "mouse" && point(null));
    thing.addEventListener("focus", () => thing.matches(":focus-visible") && point(thing));
    thing.addEventListener("blur", () => point(null));
    thing.addEventListener("click", (event) => {
      event.stopPropagation();
      pin(thing);
    });
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
