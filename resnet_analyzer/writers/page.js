"use strict";
// Sorts, filters and folds tables; and works cells out anew from closed forms that came with the page.
// No rule of any layer stands here: a formula is a sum of products of variables and floors.

const all = (selector, root = document) => [...root.querySelectorAll(selector)];

// the page's own words, in its language
const said = JSON.parse(document.getElementById("words").textContent);
const pageWords = (name, ...parts) => parts.reduce((text, part) => text.replace("{}", part), said[name]);

// ---------------------------------------------------------------- light and dark

const theme = document.getElementById("theme");
const prefersDark = matchMedia("(prefers-color-scheme: dark)");
const isDark = () => (document.documentElement.dataset.theme || (prefersDark.matches ? "dark" : "light")) === "dark";

function showTheme() {
  theme.textContent = pageWords(isDark() ? "light" : "dark");
  theme.setAttribute("aria-label", pageWords(isDark() ? "to light" : "to dark"));
}

theme.hidden = false;
theme.addEventListener("click", () => {
  document.documentElement.dataset.theme = isDark() ? "light" : "dark";
  showTheme();
});
prefersDark.addEventListener("change", showTheme);
showTheme();

// ---------------------------------------------------------------- what is cut fades at that edge

function fade(box) {
  box.classList.toggle("further", box.scrollLeft + box.clientWidth < box.scrollWidth - 1);
}

const fading = new ResizeObserver((found) => found.forEach(({ target }) => fade(target.closest(".scroll"))));
for (const box of all(".scroll")) {
  box.addEventListener("scroll", () => fade(box), { passive: true });
  fading.observe(box);
  for (const inside of box.children) fading.observe(inside);
}

// ---------------------------------------------------------------- tables

const UNSEARCHED = ["reads", "how", "params by hand", "MACs by hand"]; // numbers of other layers stand there, too

class TableView {
  constructor(box) {
    this.box = box;
    this.table = box.querySelector("table");
    this.heads = all("thead th", this.table);
    this.bodies = all("tbody", this.table); // as they came: grouped
    this.rows = all("tr[data-row]", this.table);
    this.homes = new Map(this.rows.map((row) => [row, row.parentElement]));
    this.filter = box.querySelector("input[type=search]");
    this.count = box.querySelector("output");
    this.folded = new Set(); // fold buttons that are closed
    this.searched = [...this.heads.keys()].filter((index) => !UNSEARCHED.includes(this.heads[index].dataset.title));
    this.heads.forEach((head, index) => {
      head.setAttribute("aria-sort", "none");
      head.querySelector("button").addEventListener("click", () => this.sort(index));
    });
    const tools = box.querySelector(".tools");
    if (tools) tools.hidden = false;
    if (this.filter) this.filter.addEventListener("input", () => this.show());
    all("button[data-fold]", box).forEach((button) => button.addEventListener("click", () => this.fold(button)));
    this.wrapLongTexts();
    for (const head of this.heads) head.style.minWidth = `${head.offsetWidth}px`; // folding must not move columns
  }

  wrapLongTexts() {
    for (const cell of all("tbody td:not(.n), tbody th[scope=row]", this.table)) if (cell.textContent.length > 28) cell.classList.add("long");
  }

  // descending first for numbers, ascending first for texts; then the other way; then as it was
  sort(index) {
    const head = this.heads[index];
    const order = head.classList.contains("n") ? ["descending", "ascending", "none"] : ["ascending", "descending", "none"];
    const wanted = order[(order.indexOf(head.getAttribute("aria-sort")) + 1) % order.length];
    this.heads.forEach((other) => other.setAttribute("aria-sort", other === head ? wanted : "none"));
    this.sorted = wanted === "none" ? null : { index, sign: wanted === "ascending" ? 1 : -1 };
    this.place();
    this.show();
  }

  place() {
    this.table.classList.toggle("sorted", Boolean(this.sorted));
    if (!this.sorted) {
      for (const row of this.rows) this.homes.get(row).append(row);
      this.table.append(...this.bodies);
      if (this.flat) this.flat.remove();
      return;
    }
    this.flat = this.flat || document.createElement("tbody");
    const { index, sign } = this.sorted;
    const keys = new Map(this.rows.map((row) => [row, sortKey(row.cells[index])]));
    this.flat.append(...[...this.rows].sort((a, b) => compare(keys.get(a), keys.get(b), sign)));
    this.bodies.forEach((body) => body.remove());
    this.table.append(this.flat);
  }

  fold(button) {
    const fold = button.dataset.fold;
    if (fold === "all") {
      const closing = button.getAttribute("aria-pressed") !== "true";
      button.setAttribute("aria-pressed", closing);
      button.textContent = pageWords(closing ? "unfold" : "fold");
      this.bodies.forEach((body) => all("button[data-fold]", body).forEach((each) => this.close(each, closing)));
      if (closing) this.unsort();
    } else {
      this.close(button, !this.folded.has(button));
    }
    this.show();
  }

  // every row in view again
  unfold() {
    if (this.filter) this.filter.value = "";
    const all_ = this.box.querySelector("[data-fold=all]");
    if (all_) {
      all_.setAttribute("aria-pressed", "true");
      this.fold(all_);
    }
    this.show();
  }

  unsort() {
    this.heads.forEach((head) => head.setAttribute("aria-sort", "none"));
    this.sorted = null;
    this.place();
  }

  close(button, closing) {
    button.setAttribute("aria-expanded", !closing);
    if (closing) this.folded.add(button);
    else this.folded.delete(button);
  }

  // rows that the filter names, of groups that are open; a filter opens all groups that have a hit
  show() {
    const words = (this.filter ? this.filter.value : "").toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    const hits = new Map();
    for (const row of this.rows) {
      const text = this.searched.map((index) => row.cells[index].textContent).join(" ").toLowerCase();
      const hit = words.every((word) => text.includes(word));
      hits.set(row, hit);
      if (hit) shown += 1;
      row.hidden = !hit;
    }
    if (!this.sorted) this.showGroups(words.length > 0, hits);
    if (this.count) this.count.textContent = words.length ? pageWords("rows", shown, this.rows.length) : "";
  }

  showGroups(filtering, hits) {
    let stage = null;
    for (const body of this.bodies) {
      const head = body.querySelector("tr.stage button");
      if (head) {
        stage = { button: head, body, hits: 0 };
        continue;
      }
      const inner = this.rows.filter((row) => this.homes.get(row) === body);
      const found = inner.filter((row) => hits.get(row)).length;
      const block = body.querySelector("tr.block button");
      const inStage = stage && body.dataset.stage !== undefined;
      if (inStage) stage.hits += found;
      body.hidden = filtering ? found === 0 : Boolean(inStage && this.folded.has(stage.button));
      if (!filtering && block && this.folded.has(block)) inner.forEach((row) => (row.hidden = true));
      if (inStage) stage.body.hidden = filtering && stage.hits === 0;
    }
  }
}

function sortKey(cell) {
  if (cell.dataset.v !== undefined) return BigInt(cell.dataset.v);
  const text = cell.textContent.trim();
  if (text === "\u2013" || text === "") return null;
  const numbers = text.split("\u00d7");
  const isShape = cell.classList.contains("n") && numbers.every((part) => /^\d+$/.test(part));
  return isShape ? numbers.reduce((product, part) => product * BigInt(part), 1n) : text.toLowerCase();
}

// missing values stand at the end, whichever way
function compare(a, b, sign) {
  if (a === null || b === null) return (a === null) - (b === null);
  if (typeof a !== typeof b) return (typeof a === "bigint" ? -1 : 1) * sign;
  if (typeof a === "string") return a.localeCompare(b, "en", { numeric: true }) * sign;
  return (a < b ? -1 : a > b ? 1 : 0) * sign;
}

const views = all("div.table").map((box) => new TableView(box));

// ---------------------------------------------------------------- closed forms

function floorDivide(above, below) {
  const quotient = above / below;
  return above % below !== 0n && above < 0n !== below < 0n ? quotient - 1n : quotient;
}

class Forms {
  constructor(data, values) {
    this.data = data;
    this.values = values;
    this.atoms = [];
    for (const atom of data.atoms) this.atoms.push(this.atom(atom));
    this.known = [];
  }

  atom(atom) {
    if (atom.floor) return floorDivide(this.sum(atom.floor), this.sum(atom.divide));
    return atom.largest.map((part) => this.sum(part)).reduce((a, b) => (a > b ? a : b));
  }

  sum(formula) {
    const terms = formula.terms || formula;
    let total = 0n;
    for (const [coefficient, factors] of terms) {
      let product = BigInt(coefficient);
      for (const [factor, power] of factors) {
        product *= (typeof factor === "string" ? this.values[factor] : this.atoms[factor]) ** BigInt(power);
      }
      total += product;
    }
    return formula.denominator ? total / BigInt(formula.denominator) : total;
  }

  number(index) {
    if (this.known[index] === undefined) this.known[index] = this.sum(this.data.formulas[index]);
    return this.known[index];
  }

  holds() {
    return this.data.conditions.every(({ kind, left, right }) => {
      const [a, b] = [this.number(left), this.number(right)];
      if (kind === "divides") return a !== 0n && b % a === 0n;
      if (kind === "differ") return a !== b;
      return kind === "least" ? a >= b : a === b;
    });
  }
}

const grouped = (number) => number.toString().replace(/\B(?=(\d{3})+$)/g, ",");

// four digits and a unit, rounded to the nearest: "3.858 G"
function short(number) {
  const units = [[10n ** 12n, "T"], [10n ** 9n, "G"], [10n ** 6n, "M"], [10n ** 3n, "k"]];
  const found = units.find(([size]) => number >= size);
  if (!found) return grouped(number) + " ";
  const [size, unit] = found;
  let places = Math.max(0, 4 - (number / size).toString().length);
  if (places && (number * 10n ** BigInt(places) + size / 2n) / size >= 10000n) places -= 1;
  return places ? `${scaled(number, size, places)} ${unit}` : `${grouped((number + size / 2n) / size)} ${unit}`;
}

function scaled(number, size, places) {
  if (size === 1n) return grouped(number);
  const one = 10n ** BigInt(places);
  const parts = (number * one + size / 2n) / size;
  return `${grouped(parts / one)}.${(parts % one).toString().padStart(places, "0")}`;
}

// a formula, or the largest of some
const amount = (cell, forms) => (cell.most ? largestOf(cell.most.map((index) => forms.number(index))) : forms.number(cell));
const atLeast = ([left, right], forms) => amount(left, forms) >= amount(right, forms);

// of cells that depend on a condition the one that holds
function settled(cell, forms) {
  let found = cell;
  while (found && found.if) found = atLeast(found.if, forms) ? found.then : found.else;
  return found;
}

const TIMES = [[1n, "s"], [10n ** 3n, "ms"], [10n ** 6n, "\u00b5s"], [10n ** 9n, "ns"]];

// seconds in four digits and the unit that fits
function seconds(above, below) {
  if (above === 0n) return "0 s";
  const [size, unit] = TIMES.find(([each]) => above * each >= below) || TIMES.at(-1);
  const value = Number((above * size * 10n ** 15n) / below) / 1e15;
  return `${value.toPrecision(4)} ${unit}`;
}

function percent([part, whole], forms) {
  const [a, b] = [forms.number(part), forms.number(whole)];
  const millionths = b === 0n ? 0n : (a * 1000000n) / b;
  return { text: `${grouped((millionths + 5000n) / 10000n)} %`, value: millionths };
}

function spelled(given, head, forms) {
  const cell = settled(given, forms);
  if (cell === null) return { text: "\u2013" };
  if (typeof cell === "number" || cell.most) {
    const value = amount(cell, forms);
    const text = head.dataset.kind === "scaled" ? scaled(value, BigInt(head.dataset.size), Number(head.dataset.places)) : grouped(value);
    return { text, value };
  }
  if (cell.shape) return { text: cell.shape.map((index) => forms.number(index)).join("\u00d7") };
  if (cell.share) return percent(cell.share, forms);
  if (cell.words) return { text: cell.words };
  return { text: cell.text.map((piece) => inWords(piece, forms)).join("") };
}

function inWords(piece, forms) {
  if (typeof piece === "string") return piece;
  if (typeof piece === "number") return forms.number(piece).toString();
  if (piece.grouped !== undefined) return grouped(forms.number(piece.grouped));
  if (piece.share) return percent(piece.share, forms).text;
  if (piece.ratio) return hundredths(...piece.ratio.map((index) => forms.number(index)));
  if (piece.short !== undefined) return short(amount(piece.short, forms));
  if (piece.decimal !== undefined) return withPoint(forms.number(piece.decimal), piece.places);
  if (piece.time) return seconds(forms.number(piece.time[0]), BigInt(piece.time[1]));
  if (piece.count) return piece.count.filter((pair) => atLeast(pair, forms)).length.toString();
  if (piece.part) return partOf(piece.part.filter((pair) => atLeast(pair, forms)), piece.of, forms);
  if (piece.top) return largestTimes(piece, forms);
  if (piece.chosen) return chosenNames(piece, forms);
  const values = piece.pick.map((index) => forms.number(index));
  return piece.give[values.indexOf(largestOf(values))].map((each) => inWords(each, forms)).join("");
}

function withPoint(digits, places) {
  const text = digits.toString().padStart(places + 1, "0");
  return places ? `${text.slice(0, -places)}.${text.slice(-places)}` : text;
}

function partOf(pairs, whole, forms) {
  const sum = pairs.reduce((total, [index]) => total + forms.number(index), 0n);
  const all_ = forms.number(whole);
  return all_ === 0n ? "0" : ((200n * sum + all_) / (2n * all_)).toString();
}

function largestTimes({ top, of, over }, forms) {
  const known = of.map(([index, name]) => [forms.number(index), name]).filter(([value]) => value > 0n);
  known.sort(([a], [b]) => (a < b ? 1 : a > b ? -1 : 0));
  return known.slice(0, top).map(([value, name]) => `${name} ${seconds(value, BigInt(over))}`).join("; ");
}

function chosenNames({ chosen, forms: texts }, forms) {
  const names = chosen.filter((pair) => atLeast(pair, forms)).map(([, , name]) => name);
  if (!names.length) return "";
  const text = texts[Math.min(names.length, texts.length) - 1].replace("{n}", names.length);
  return names.slice(0, texts.length - 1).reduce((found, name, place) => found.replace(`{${place}}`, name), text);
}

function hundredths(above, below) {
  const whole = (200n * above + below) / (2n * below);
  return `${whole / 100n}.${(whole % 100n).toString().padStart(2, "0")}`;
}

// the sentences of a section with their places; one that is not said at home has an empty one
function sentencesOf(section, sentences) {
  const places = all(":scope > p.see", section);
  return sentences.map((cell) => {
    if (!cell || !cell.late) return [cell, places.shift()];
    const place = document.createElement("p");
    place.className = "see";
    if (places.length) places[0].before(place);
    else section.append(place);
    return [cell.late, place];
  });
}

class Live {
  constructor(data, panel) {
    this.data = data;
    this.panel = panel;
    this.cells = views.flatMap((view) => this.cellsOf(view));
    const lead = all("main > p.lead");
    this.words = [[data.heading, document.querySelector("h1 span")], ...data.lead.map((cell, index) => [cell, lead[index]])];
    for (const [name, sentences] of Object.entries(data.see)) {
      for (const section of all(`section[data-live="${name}"]`)) this.words.push(...sentencesOf(section, sentences));
    }
    this.words = this.words.filter(([cell, place]) => cell && place).map(([cell, place]) => [cell, place, place.textContent]);
    this.shown = all("figure[data-picture]").flatMap((figure) => this.pictureOf(figure));
    this.ranked = views.map((view) => this.rankedOf(view)).filter(Boolean);
    this.inputs = {};
    const sliders = document.createElement("div");
    sliders.className = "sliders";
    data.variables.forEach((variable) => sliders.append(this.slider(variable)));
    const reset = document.createElement("button");
    reset.type = "button";
    reset.textContent = pageWords("reset");
    reset.addEventListener("click", () => this.reset());
    sliders.append(reset);
    this.totals = document.createElement("output");
    this.totals.id = "totals";
    this.totals.setAttribute("aria-live", "polite");
    panel.append(sliders, this.totals);
    panel.addEventListener("submit", (event) => event.preventDefault());
    panel.hidden = false;
    this.update();
    const measure = () => document.documentElement.style.setProperty("--panel", `${panel.offsetHeight}px`);
    addEventListener("resize", measure);
    measure();
  }

  cellsOf(view) {
    const table = this.data.tables[view.box.dataset.live];
    view.box.classList.toggle("now", Boolean(table));
    view.box.dataset.fixed = pageWords("fixed");
    if (!table || table.ranked !== undefined) return [];
    const first = Number(view.box.dataset.first);
    const found = [];
    for (const row of view.rows) {
      if (Number(row.dataset.row) >= table.length) continue;
      table[Number(row.dataset.row)].forEach((cell, index) => {
        if (cell === null || index < first) return;
        const td = row.cells[index - first];
        found.push({ cell, td, head: view.heads[index - first], home: td.textContent });
      });
    }
    return found;
  }

  // the charts that are drawn anew, or the words in a drawing
  pictureOf(figure) {
    const name = figure.dataset.picture;
    figure.classList.toggle("live", name === "architecture" || name in this.data.charts);
    if (name in this.data.charts) return [new Chart(name, this.data.charts[name], figure)];
    if (name !== "architecture") return [];
    const groups = all("svg [id]", figure).map((group) => [group, this.data.drawing[group.id.replace(/^.*?-\w+-/, "")]]);
    return groups.filter(([, cell]) => cell).map(([group, cell]) => new Label(group, cell));
  }

  // a table of the layers with most of something: which they are follows from the size, too
  rankedOf(view) {
    const table = this.data.tables[view.box.dataset.live];
    if (!table || table.ranked === undefined) return null;
    const homes = view.rows.map((row) => [...row.cells].map((cell) => cell.textContent));
    return { view, homes, by: table.ranked, rows: table.rows };
  }

  rank({ view, homes, by, rows }, forms, moved) {
    const values = rows.map((row) => [row, amount(row[by], forms)]);
    const top = values.sort(([, a], [, b]) => (a < b ? 1 : a > b ? -1 : 0));
    view.rows.forEach((row, place) => {
      [...row.cells].forEach((td, index) => {
        const now = spelled(top[place][0][index], view.heads[index], forms);
        td.textContent = moved ? now.text : homes[place][index];
        if (now.value !== undefined) td.dataset.v = now.value.toString();
        td.classList.toggle("changed", td.textContent !== homes[place][index]);
      });
    });
  }

  slider(variable) {
    const group = document.createElement("div");
    group.className = "slider";
    const label = document.createElement("label");
    label.htmlFor = `live-${variable.name}`;
    label.textContent = pageWords(variable.label);
    const range = document.createElement("input");
    range.type = "range";
    range.setAttribute("aria-label", pageWords("slider", pageWords(variable.label)));
    const number = document.createElement("input");
    number.type = "number";
    number.id = `live-${variable.name}`;
    for (const input of [range, number]) {
      input.min = variable.least;
      input.step = 1;
      if (input === range) input.max = variable.most;
      input.value = variable.value;
      input.addEventListener("input", () => this.changed(variable, input));
    }
    this.inputs[variable.name] = { range, number };
    group.append(label, range, number);
    return group;
  }

  changed(variable, input) {
    if (!/^\d{1,9}$/.test(input.value) || Number(input.value) < variable.least) return;
    const { range, number } = this.inputs[variable.name];
    if (input !== range) range.value = input.value;
    if (input !== number) number.value = input.value;
    if (!this.waiting) {
      this.waiting = true;
      requestAnimationFrame(() => {
        this.waiting = false;
        this.update();
      });
    }
  }

  reset() {
    for (const variable of this.data.variables) {
      for (const input of Object.values(this.inputs[variable.name])) input.value = variable.value;
    }
    this.update();
  }

  update() {
    const values = {};
    for (const { name } of this.data.variables) values[name] = BigInt(this.inputs[name].number.value);
    const forms = new Forms(this.data, values);
    if (!forms.holds()) {
      this.totals.textContent = pageWords("none");
      return;
    }
    const moved = this.data.variables.some(({ name, value }) => BigInt(value) !== values[name]);
    document.body.classList.toggle("moved", moved);
    for (const { cell, td, head, home } of this.cells) {
      const now = spelled(cell, head, forms);
      const [text, value] = [moved ? now.text : home, now.value];
      if (value !== undefined) td.dataset.v = value.toString();
      if (td.textContent !== text) td.textContent = text;
      td.classList.toggle("changed", text !== home);
    }
    for (const [cell, place, home] of this.words) {
      const text = moved ? spelled(cell, null, forms).text : home;
      if (place.textContent !== text) place.textContent = text;
      place.classList.toggle("changed", text !== home);
    }
    for (const each of this.shown) each.show(forms, moved);
    for (const each of this.ranked) this.rank(each, forms, moved);
    const names = { trainable_params: "parameters", macs: "MACs", flops: "FLOPs", activations: "activations" };
    const parts = Object.entries(names).map(([name, word], index) => {
      const part = document.createElement("span");
      part.className = index < 2 ? "" : "more";
      part.textContent = `${index ? " \u00b7 " : ""}${grouped(forms.number(this.data.totals[name]))} ${pageWords(word)}`;
      return part;
    });
    this.totals.replaceChildren(...parts);
    for (const view of views) if (view.sorted) view.place();
    for (const each of marks) each.again();
  }
}
