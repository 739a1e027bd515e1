// ---------------------------------------------------------------- boxes of a drawing and their rows, marked together

class Marks {
  constructor(figure) {
    this.figure = figure;
    this.place = figure.closest("section");
    this.boxes = [];
    this.byRow = new Map();
    for (const group of all("svg [id*='-layers'], svg [id*='-beside']", figure)) this.take(group);
    if (!this.boxes.length) return;
    const picture = figure.querySelector("svg");
    picture.setAttribute("role", "group");
    this.note = document.createElement("p");
    this.note.className = "note";
    this.note.setAttribute("aria-live", "polite");
    const hint = document.createElement("p");
    hint.className = "hint";
    hint.textContent = pageWords("hint");
    figure.before(hint);
    document.body.append(this.note);
    this.boxes[0].group.tabIndex = 0;
    this.tables = [...new Set(this.boxes.flatMap(({ rows }) => rows.map((row) => row.closest("table"))))];
    this.tables.forEach((table) => this.follow(table));
  }

  // a group of the drawing is named after its network and the places of its rows: …-layers0-17-27, …-beside0-14
  take(group) {
    const [, network, places] = /-(?:layers|beside)(\d+)-([\d-]+)$/.exec(group.id) || [];
    const view = views.find(({ box }) => box.dataset.live === `layers${Number(network) || ""}`);
    if (!view) return;
    const wanted = /-beside/.test(group.id) ? places.split("-").slice(0, 1) : places.split("-");
    const rows = wanted.map((place) => view.rows.find((row) => row.dataset.row === place)).filter(Boolean);
    if (!rows.length) return;
    const mark = { group, rows, view };
    this.boxes.push(mark);
    rows.forEach((row) => this.byRow.set(row, mark));
    group.tabIndex = -1;
    group.classList.add("mark");
    group.setAttribute("role", "button");
    group.setAttribute("aria-label", rows.map(nameOf).join(", "));
    group.addEventListener("pointerenter", () => this.show(mark, rows, true));
    group.addEventListener("pointerleave", () => this.clear());
    group.addEventListener("focus", () => this.show(mark, rows, true));
    group.addEventListener("blur", () => this.clear());
    group.addEventListener("click", () => this.go(mark));
    group.addEventListener("keydown", (event) => this.key(event, mark));
  }

  follow(table) {
    const rows = all("tr[data-row]", table);
    rows.forEach((row) => (row.tabIndex = -1));
    rows[0].tabIndex = 0;
    table.addEventListener("pointerover", (event) => this.showRow(event.target.closest("tr[data-row]")));
    table.addEventListener("pointerleave", () => this.clear());
    table.addEventListener("focusin", (event) => this.showRow(event.target.closest("tr[data-row]")));
    table.addEventListener("focusout", () => this.clear());
    table.addEventListener("keydown", (event) => this.rowKey(event, rows));
  }

  showRow(row) {
    if (!row) return this.clear();
    const mark = this.byRow.get(row);
    this.show(mark, [row]);
    if (mark) this.bringIntoView(mark.group);
  }

  // only within the drawing's own place: the page stays where it is
  bringIntoView(group) {
    const [inner, outer] = [group.getBoundingClientRect(), this.place.getBoundingClientRect()];
    if (this.place.scrollHeight <= this.place.clientHeight + 1) return;
    if (inner.top < outer.top || inner.bottom > Math.min(outer.bottom, innerHeight)) {
      this.place.scrollBy({ top: inner.top - outer.top - outer.height / 3 });
    }
  }

  // the note stands where it does not cover what was pointed at
  show(mark, rows, fromBox = false) {
    this.clear();
    this.note.classList.toggle("from-box", fromBox);
    this.told = [mark, rows, fromBox];
    this.shown = [...rows, ...(mark ? [mark.group] : [])];
    this.shown.forEach((each) => each.classList.add("marked"));
    const more = mark && rows.length > 1 ? ` (${rows.length}\u00d7)` : "";
    this.note.replaceChildren(...facts(rows[0]));
    this.note.firstChild.append(more);
  }

  // the same once more, when numbers have changed
  again() {
    if (this.told) this.show(...this.told);
  }

  clear() {
    this.told = null;
    (this.shown || []).forEach((each) => each.classList.remove("marked"));
    this.shown = [];
    this.note.replaceChildren();
  }

  go({ rows, view }) {
    const [row] = rows;
    if (row.offsetParent === null) view.unfold();
    row.scrollIntoView({ block: "center" });
    row.focus({ preventScroll: true });
  }

  key(event, mark) {
    const next = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    if (event.key === "Enter" || event.key === " ") this.go(mark);
    else if (next) this.step(this.boxes.map(({ group }) => group), mark.group, next);
    else return;
    event.preventDefault();
  }

  rowKey(event, rows) {
    const row = event.target;
    const next = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const mark = this.byRow.get(row);
    if (!row.matches("tr[data-row]")) return;
    if (next) this.step([...row.closest("table").querySelectorAll("tr[data-row]")].filter(shownRow), row, next);
    else if (event.key === "Enter" && mark) mark.group.focus();
    else return;
    event.preventDefault();
  }

  // one of many has the place in the order of Tab; arrows move it
  step(all, from, by) {
    const to = all[all.indexOf(from) + by];
    if (!to) return;
    from.tabIndex = -1;
    to.tabIndex = 0;
    to.focus();
  }
}

const shownRow = (row) => row.offsetParent !== null;
const nameOf = (row) => row.cells[0].textContent;

// what the row says of its layer: its name, what comes out, and the three formulas, as they stand there now
function facts(row) {
  const titles = all("thead th", row.closest("table")).map((head) => head.dataset.title);
  const cell = (title) => (titles.includes(title) ? row.cells[titles.indexOf(title)].textContent : "");
  const name = document.createElement("b");
  name.textContent = nameOf(row);
  const told = [["output", cell("output")], ["how", cell("how")], ["params", cell("params by hand")], ["MACs", cell("MACs by hand")]];
  const lines = told.filter(([, text]) => text && text !== "\u2013").map(([title, text]) => {
    const line = document.createElement("span");
    line.textContent = `${pageWords(title)}: ${text}`;
    return line;
  });
  return [name, ...lines];
}

const marks = all("figure[data-picture=architecture]").map((figure) => new Marks(figure));
