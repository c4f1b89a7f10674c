// Building blocks that all explorers share: elements, words, controls, and the frame around them.

/** Make an element. Attributes that begin with "on" are listeners; null ones are left out. */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== null && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children);
  return element;
}

/** Returns say(key, values): the words of one language, with the values in their places. */
export function speaker(words, language) {
  const plural = new Intl.PluralRules(language);
  return (key, values = {}) => {
    const entry = words[key];
    const text = typeof entry === "object" ? (entry[plural.select(values.count)] ?? entry.other) : entry;
    return text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  };
}

/** A number as people write it: grouped, at most two decimals, with a real minus sign. */
export function write(number) {
  const rounded = Math.round(number * 100) / 100 || 0;
  return rounded.toLocaleString("en").replace("-", "−");
}

// JupyterLab takes keys as its own shortcuts unless the element says that it wants them.
export const OWN_KEYS = { "data-lm-suppress-shortcuts": "true" };

/** A labelled slider over whole numbers (or steps of `step`); `shown` words its value. */
export function slider(label, { least, most, step = 1, value, shown = write, change }) {
  // No <output>: a screen reader would read it out beside the slider's own value.
  const number = make("span", { class: "number", "aria-hidden": "true" }, shown(value));
  const input = make("input", {
    type: "range", min: least, max: most, step, value, "aria-label": label, ...OWN_KEYS,
    oninput: () => { set(Number(input.value)); change(Number(input.value)); },
  });
  const set = (next) => {
    input.value = next;
    number.textContent = shown(next);
    input.setAttribute("aria-valuetext", shown(next));
    const share = most > least ? (input.value - least) / (most - least) : 0;
    input.style.setProperty("--share", `${share * 100}%`);
  };
  set(value);
  const element = make("label", { class: "control" }, make("span", { class: "name" }, label), number, input);
  return { element, set };
}

let groups = 0;

/** A row of options of which one is chosen. `options` are pairs of a value and its words. */
export function choice(label, { options, value, change }) {
  const name = `choice-${(groups += 1)}`;
  const buttons = options.map(([one, words]) => {
    const input = make("input", {
      type: "radio", name, value: one, checked: one === value, ...OWN_KEYS,
      onchange: () => change(one),
    });
    return make("label", {}, input, make("span", {}, words));
  });
  const element = make(
    "fieldset", { class: "control choice" },
    make("legend", { class: "name" }, label), make("div", { class: "options" }, ...buttons),
  );
  return { element };
}

/** A list to choose from. */
export function menu(label, { options, value, change }) {
  const select = make(
    "select", { "aria-label": label, ...OWN_KEYS, onchange: () => change(select.value) },
    ...options.map(([one, words]) => make("option", { value: one, selected: one === value }, words)),
  );
  const element = make("label", { class: "control menu" }, make("span", { class: "name" }, label), select);
  return {
    element,
    set: (next) => { select.value = next; },
    add: (one, words) => select.append(make("option", { value: one }, words)),
  };
}

export function tick(label, { value, change }) {
  const input = make("input", {
    type: "checkbox", checked: value, ...OWN_KEYS, onchange: () => change(input.checked),
  });
  return { element: make("label", { class: "tick" }, input, label) };
}

export function button(label, press, attributes = {}) {
  return make("button", { type: "button", onclick: press, ...OWN_KEYS, ...attributes }, label);
}

/**
 * The frame around an explorer: a shadow tree, which no theme of a notebook or site reaches, in
 * the light or dark of its surroundings.
 */
export class Frame {
  constructor(host, options, title) {
    const { words, language, style } = options;
    this.say = speaker(words, language);
    this.host = host;
    host.setAttribute("data-lm-suppress-shortcuts", "true"); // seen from outside the shadow tree
    this.controls = make("div", { class: "controls" });
    this.stage = make("div", { class: "stage" });
    this.spoken = make("p", { class: "spoken", role: "status", "aria-live": "polite" });
    this.element = make(
      "section", { class: "explorer", lang: language, "aria-label": this.say(title) },
      make("h3", {}, this.say(title)), this.controls, this.stage, this.spoken,
    );
    const root = host.shadowRoot ?? host.attachShadow({ mode: "open" });
    root.replaceChildren(make("style", {}, style), this.element);
    this.element.addEventListener("keydown", keepKeys);
    followTheme(host, this.element);
  }

  /** Have a screen reader read a sentence out, unless it is the last one again. */
  announce(sentence) {
    if (this.spoken.textContent !== sentence) this.spoken.textContent = sentence;
  }

  help(...sentences) {
    this.element.append(make("p", { class: "help" }, sentences.join(" ")));
  }
}

/** Slides and notebooks must not turn over when somebody works here with the keyboard. */
function keepKeys(event) {
  const modified = event.ctrlKey || event.metaKey || event.altKey;
  if (!modified && !["Tab", "Escape"].includes(event.key)) event.stopPropagation();
}

/**
 * Notebooks and sites each have a switch of their own for dark themes. What they have in common is
 * the colour of text.
 */
function followTheme(host, element) {
  const look = () => {
    if (!host.isConnected) return;
    const [red, green, blue] = getComputedStyle(host).color.match(/[\d.]+/g).map(Number);
    element.classList.toggle("dark", 0.3 * red + 0.6 * green + 0.1 * blue > 128);
  };
  const observer = new MutationObserver(() => {
    if (host.isConnected) look();
    else observer.disconnect();
  });
  for (const node of [document.documentElement, document.body]) {
    observer.observe(node, { attributes: true });
  }
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", look);
  // A notebook attaches the element only after it was drawn.
  requestAnimationFrame(look);
  look();
}
