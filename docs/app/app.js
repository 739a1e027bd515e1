// The page: what a person asks goes to the worker as it stands, what the package answers is shown.
import { $, complain, copy, download, draw, language, make, say, speak, tell } from "./view.js";
import { editor } from "./editor.js";

const KINDS = ["table", "drawing", "cost", "memory", "receptive", "conventions", "formula", "diff", "reconcile"];
const OPTIONS = {
  table: [["by", ["stage", "block", "layer"]], ["how", false]],
  memory: [["mode", ["inference", "training"]], ["by", ["stage", "layer"]]],
  receptive: [["by", ["stage", "layer"]]],
  conventions: [["items", false]],
  formula: [["in", "n"]],
  diff: [["other", ""]],
  reconcile: [["numbers", ""]],
};
const PICTURES = ["drawing", "cost"];
const SLID = ["h", "w", "batch", "width", "growth"];
const LONG = 8000; // milliseconds until a person is told that it takes long

const state = { network: null, view: { kind: "table" }, views: {}, other: "", files: new Map() };
let worker, asked, waiting, numbers = 0, running = null, next = null;

// --- the worker ------------------------------------------------------------------------------

// From a blob: such a worker is held to the page's own policy, which lets nothing out to another host.
function begin() {
  const source = `import ${JSON.stringify(new URL("worker.js", location.href).href)};`;
  const address = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  asked = new Map();
  worker = new Worker(address, { type: "module" });
  worker.addEventListener("message", ({ data }) => {
    if (data.progress) progress(data.progress);
    if (data.heap) document.documentElement.dataset.heap = data.heap;
    if (data.id) {
      asked.get(data.id)?.(data.answer);
      asked.delete(data.id);
    }
    if (data.broken === true) restart();
    else if (data.broken) failed(data.broken);
  });
  worker.addEventListener("error", (event) => failed(event.message || "worker"));
  return ask({ ask: { ask: "networks" } });
}

function ask(question) {
  return new Promise((resolve) => {
    asked.set((numbers += 1), resolve);
    worker.postMessage({ id: numbers, ...question });
  });
}

async function restart() {
  worker.terminate();
  running = next = null;
  tell("restart");
  await begin();
  if (state.files.size) await ask({ files: [...state.files.values()] });
  tell("ready");
}

function failed(reason) {
  complain(say("failed", reason));
  busy(false);
}

function progress(value) {
  $("progress").value = value;
  $("progress").hidden = value >= 100;
  if (value < 100) tell("fetching");
}

function busy(is, word = "working") {
  clearTimeout(waiting);
  $("main").ariaBusy = String(is);
  if (is) waiting = setTimeout(() => {
    tell(word);
    waiting = setTimeout(() => { tell("long"); $("stop").hidden = false; }, LONG);
  }, 300);
  else $("stop").hidden = true;
}

// Only the newest wish counts: while one is worked on, at most one more waits.
function show() {
  if (!state.network) return;
  const question = { ask: "show", network: state.network, view: asView(), language };
  if (running) { next = question; return; }
  run(question);
}

async function run(question) {
  running = question;
  busy(true);
  const before = performance.now();
  const answer = await ask({ ask: question });
  running = null;
  document.documentElement.dataset.took = performance.now() - before;
  if (next) { const wish = next; next = null; run(wish); return; }
  busy(false);
  if (answer.error) { complain(answer.error); tell("ready"); }
  else { complain(""); display(answer, question); }
  document.documentElement.dataset.shown = String(Number(document.documentElement.dataset.shown || 0) + 1);
}

// --- what is asked ---------------------------------------------------------------------------

function asView() {
  const { kind } = state.view, own = state.views[kind] || {};
  const view = { kind };
  for (const [name, usual] of OPTIONS[kind] || []) {
    const value = own[name] ?? (Array.isArray(usual) ? usual[0] : usual);
    if (name === "numbers") view.numbers = value.split(/[\s;]+/).filter(Boolean);
    else if (name === "other") view.other = value ? { target: value, sizes: state.network.sizes, batch: state.network.batch } : state.network;
    else view[name] = value;
  }
  return view;
}

export function openTarget(target, settings = {}) {
  state.network = { target, ...settings };
  $("network").value = target;
  show();
}

async function openFiles(files) {
  if (!files.length) return;
  busy(true);
  for (const file of files) state.files.set(file.name, file);
  const answer = await ask({ files: [...files] });
  busy(false);
  if (answer.error) { complain(answer.error); return; }
  const [first, second] = answer.targets;
  if (second) {
    state.view.kind = "diff";
    state.views.diff = { other: second };
    tabs();
  }
  openTarget(first);
}

function change(control, value) {
  const network = state.network;
  if (control.group) network[control.group] = { ...network[control.group], [control.name]: value };
  else network[control.name] = value;
  show();
}

// --- what is shown ---------------------------------------------------------------------------

function display({ summary, view }, question) {
  $("result").hidden = false;
  $("title").textContent = summary.heading;
  const says = [summary.says];
  if (summary.unknowns) says.push(say("unknown", summary.unknowns, summary.unknown.join(", ")));
  $("says").textContent = says.filter(Boolean).join(" · ");
  const figures = summary.figures.filter(({ exact }) => exact !== "0").map(({ name, exact, short, least }) =>
    make("div", {}, make("dt", { textContent: say(name) }), make("dd", { title: exact, data: { name, exact } },
      (least ? `${say("least")} ` : "") + short)));
  $("totals").replaceChildren(...figures);
  controls(summary.controls);
  const place = $("view");
  if (view.svg) {
    const image = place.querySelector("img") || make("img");
    draw(image, view.svg, view.alt);
    place.replaceChildren(make("figure", {}, image));
  } else place.innerHTML = view.html;
  const scroll = place.querySelector(".ra");
  if (scroll) for (const table of scroll.querySelectorAll("table")) {
    const box = make("div", { className: "scroll", tabIndex: 0, role: "region", aria: { label: summary.title } });
    table.replaceWith(box);
    box.append(table);
  }
  $("command").hidden = !view.command;
  $("command").firstElementChild.textContent = view.command || "";
  options();
  formats();
  keep();
  tell("shown", summary.title);
}

function tabs() {
  const buttons = KINDS.map((kind) => {
    const is = kind === state.view.kind;
    return make("button", { type: "button", role: "tab", id: `tab-${kind}`, tabIndex: is ? 0 : -1, textContent: say(kind),
      data: { kind }, aria: { selected: is, controls: "panel" } });
  });
  $("tabs").replaceChildren(...buttons);
  $("panel").setAttribute("aria-labelledby", `tab-${state.view.kind}`);
}

function choose(kind, focus = false) {
  state.view.kind = kind;
  tabs();
  if (focus) $(`tab-${kind}`).focus();
  options();
  show();
}

function options() {
  const { kind } = state.view, own = (state.views[kind] ||= {});
  if ($("options").dataset.kind === kind + language && $("options").contains(document.activeElement)) return;
  $("options").dataset.kind = kind + language;
  const fields = (OPTIONS[kind] || []).map(([name, usual]) => {
    const id = `option-${name}`, value = own[name] ?? (Array.isArray(usual) ? usual[0] : usual);
    const field = Array.isArray(usual)
      ? make("select", { id, name }, ...usual.map((word) => make("option", { value: word, textContent: say(word), selected: word === value })))
      : usual === false ? make("input", { id, name, type: "checkbox", checked: value })
        : make("input", { id, name, value, autocomplete: "off", spellcheck: false });
    if (name === "other") field.setAttribute("list", "networks");
    field.addEventListener(field.type === "text" ? "change" : "input", () => {
      own[name] = field.type === "checkbox" ? field.checked : field.value;
      show();
    });
    return make("p", {}, make("label", { htmlFor: id, textContent: `${say(name)} ` }), field);
  });
  $("options").replaceChildren(...fields);
}

function controls(list) {
  $("controls").hidden = false;
  const key = JSON.stringify([language, state.network.target, list.map(({ group, name, fixed }) => [group, name, fixed])]);
  const form = $("fields");
  if (form.dataset.key !== key) {
    form.dataset.key = key;
    const rows = list.filter(({ group, name }) => group !== "options" || SLID.includes(name)).map(row);
    const further = list.filter(({ group, name }) => group === "options" && !SLID.includes(name)).map(row);
    if (further.length) rows.push(make("details", {}, make("summary", { textContent: say("further") }), ...further));
    form.replaceChildren(...rows);
  }
  for (const { group, name, value } of list) for (const field of form.querySelectorAll(`[data-control="${CSS.escape(group + name)}"]`)) {
    if (field === document.activeElement) continue;
    if (field.type === "range") field.max = Math.max(field.max, 2 * value);
    if (field.type === "checkbox") field.checked = value === "yes";
    else field.value = value;
  }
}

function row(control) {
  const { group, name, value, fixed, words, kind } = control, id = `control-${group}-${name}`;
  const data = { control: group + name };
  const called = group === "options" ? say(`option ${name}`) : say(name);
  const label = make("label", { htmlFor: id, textContent: called.replace(/^option /, "") });
  if (words) return make("p", {}, label, heard(make("select", { id, data }, ...words.map((word) =>
    make("option", { value: word, textContent: word }))), control));
  if (kind === "yes") return make("p", {}, label, heard(make("input", { id, data, type: "checkbox" }), control));
  if (kind === "text") return make("p", {}, label, heard(make("input", { id, data, value, spellcheck: false }), control));
  const field = heard(make("input", { id, data, type: "number", min: 0, step: 1, value, disabled: fixed }), control);
  if (!SLID.includes(name) && group !== "sizes") return make("p", {}, label, field);
  const most = name === "batch" ? 256 : Math.max(2 * value, group === "sizes" ? 512 : 128);
  const slider = make("input", { type: "range", data, min: 1, max: most, value, disabled: fixed, aria: { label: label.textContent } });
  slider.addEventListener("input", () => { field.value = slider.value; });
  field.addEventListener("input", () => { slider.value = field.value; });
  return make("p", { className: "slid" }, label, field, heard(slider, control));
}

function heard(field, control) {
  const { group, kind } = control;
  field.addEventListener(field.type === "text" || field.tagName === "SELECT" ? "change" : "input", () => {
    if (field.type === "checkbox") change(control, field.checked ? "yes" : "no");
    else if (control.words || kind === "text") change(control, field.value);
    else if (field.value !== "") change(control, group === "options" ? field.value : Number(field.value));
  });
  return field;
}

function formats() {
  const names = PICTURES.includes(state.view.kind) ? ["svg", "html"] : ["markdown", "csv", "json", "latex", "html", "svg"];
  const same = $("format").dataset.kind === state.view.kind, before = $("format").value;
  $("format").dataset.kind = state.view.kind;
  $("format").replaceChildren(...names.map((name) =>
    make("option", { value: name, textContent: name === "html" ? say("report") : name === "svg" ? `SVG (${say("drawing")})` : name })));
  if (same && names.includes(before)) $("format").value = before;
}

// --- links -----------------------------------------------------------------------------------

const isFile = () => state.files.has(state.network?.target.replace(/^\.\//, "")) || state.network?.target === "design.yaml";

// The address carries the network and its settings; a file's name says nothing to another machine.
function keep() {
  if (isFile()) { history.replaceState(null, "", location.pathname); return; }
  const { target, sizes = {}, options: more = {}, ...plain } = state.network;
  const words = new URLSearchParams({ net: target, ...sizes });
  for (const [name, value] of Object.entries(plain)) if (value != null) words.set(name, value);
  for (const [name, value] of Object.entries(more)) words.set(`set.${name}`, value);
  words.set("view", state.view.kind);
  for (const [name, value] of Object.entries(state.views[state.view.kind] || {})) words.set(`view.${name}`, value);
  if (language !== "en") words.set("lang", language);
  history.replaceState(null, "", `#${words}`);
}

function follow() {
  const words = new URLSearchParams(location.hash.slice(1));
  const network = { target: words.get("net"), sizes: {}, options: {} };
  for (const [name, value] of words) {
    if (name === "h" || name === "w") network.sizes[name] = Number(value);
    else if (name === "batch" || name === "classes") network[name] = Number(value);
    else if (name === "style") network.style = value;
    else if (name.startsWith("set.")) network.options[name.slice(4)] = value;
  }
  if (KINDS.includes(words.get("view"))) state.view.kind = words.get("view");
  const own = (state.views[state.view.kind] = {});
  for (const [name, usual] of OPTIONS[state.view.kind] || []) {
    const value = words.get(`view.${name}`);
    if (value !== null) own[name] = usual === false ? value === "true" : value;
  }
  if (words.get("lang")) speak(words.get("lang"));
  tabs();
  const { target, ...settings } = network;
  if (target) openTarget(target, settings);
}

// --- what a person does ----------------------------------------------------------------------

function listen() {
  $("file").addEventListener("change", () => { openFiles([...$("file").files]); $("file").value = ""; });
  for (const name of ["dragenter", "dragover", "dragleave", "drop"]) addEventListener(name, (event) => {
    event.preventDefault();
    $("drop").classList.toggle("over", name === "dragenter" || name === "dragover");
    if (name === "drop") openFiles([...event.dataTransfer.files]);
  });
  $("pick").addEventListener("submit", (event) => {
    event.preventDefault();
    openTarget($("network").value.trim() || $("network").placeholder);
  });
  $("tabs").addEventListener("click", ({ target }) => target.dataset.kind && choose(target.dataset.kind));
  $("tabs").addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key], place = KINDS.indexOf(state.view.kind);
    const wanted = event.key === "Home" ? 0 : event.key === "End" ? KINDS.length - 1
      : step && (place + step + KINDS.length) % KINDS.length;
    if (wanted === undefined) return;
    event.preventDefault();
    choose(KINDS[wanted], true);
  });
  for (const id of ["controls", "options"]) $(id).addEventListener("submit", (event) => event.preventDefault());
  $("reset").addEventListener("click", () => openTarget(state.network.target));
  $("stop").addEventListener("click", () => { tell("stopped"); restart(); });
  $("language").addEventListener("click", () => {
    speak(language === "en" ? "zh" : "en");
    tabs();
    options();
    show();
  });
  $("copy-command").addEventListener("click", () => copy($("command").firstElementChild.textContent));
  $("link").addEventListener("click", () => (isFile() ? tell("noLink") : copy(location.href)));
  $("saving").addEventListener("submit", async (event) => {
    event.preventDefault();
    const question = { ask: "save", network: state.network, view: asView(), format: $("format").value, language };
    const answer = await ask({ ask: question });
    if (answer.error) complain(answer.error);
    else download(answer.name, answer.text);
  });
  addEventListener("hashchange", follow);
}

async function main() {
  speak(navigator.language.slice(0, 2));
  tabs();
  listen();
  const known = await begin();
  if (known.error) { failed(known.error); return; }
  $("networks").replaceChildren(...known.networks.map(({ name, title }) => make("option", { value: name, textContent: title })));
  tell("ready");
  editor({ ask, openTarget, current: () => state.network });
  document.documentElement.dataset.ready = String(performance.now());
  if (location.hash) follow();
  if ("serviceWorker" in navigator) navigator.serviceWorker.register("sw.js");
}

main();
