// A design written by hand: checked by the package at every pause, repairs as buttons, every step can be undone.
import { $, complain, download, draw, language, make, say } from "./view.js";

const FIRST = `input: 224
classes: 10
layers:
- conv2d: {filters: 64, kernel_size: 7, strides: 2, padding: 3, use_bias: false}
- batch_norm
- relu
- max_pool2d: {pool_size: 3, strides: 2, padding: 1}
- stage: {width: 64, blocks: 2}
- stage: {width: 128, blocks: 2, stride: 2}
- global_average_pool2d
- dense: classes
`;
const PAUSE = 200, REST = 1200; // milliseconds without a key: until it is checked, and compared with known networks

export function editor({ ask, openTarget, current }) {
  const text = $("text");
  let past = [], future = [], before = "", timer, later, newest = 0;

  function set(value, remember = true) {
    if (remember) { past.push(before); future = []; }
    text.value = before = value;
    numbered([]);
    check(false);
  }

  function typed() {
    if (text.value === before) return;
    past.push(before);
    if (past.length > 500) past.shift();
    future = [];
    before = text.value;
    numbered([]);
    clearTimeout(timer);
    clearTimeout(later);
    timer = setTimeout(() => check(false), PAUSE);
    later = setTimeout(() => check(true), REST);
  }

  async function check(whole) {
    const number = (newest += 1);
    const answer = await ask({ ask: { ask: "verify", text: text.value, whole, language } });
    if (number !== newest) return;
    if (answer.error) { complain(answer.error); return; }
    complain("");
    numbered(answer.findings.map(({ line }) => line));
    $("findings").replaceChildren(...answer.findings.map(finding));
    $("verified").innerHTML = answer.report;
    $("editor").dataset.valid = String(answer.valid);
    if (answer.svg) draw($("design-drawing"), answer.svg, say("drawing"));
    $("design-drawing").classList.toggle("old", !answer.svg);
    $("editor").dataset.checked = String(number);
  }

  function finding({ line, message, node, repairs }) {
    const there = make("button", { type: "button", className: "line", textContent: say("line", line) });
    there.addEventListener("click", () => go(line));
    const item = make("li", {}, there, ` ${node ? `${node}: ` : ""}${message}`);
    for (const repair of repairs) {
      const button = make("button", { type: "button", className: "repair", textContent: repair.change });
      button.addEventListener("click", () => { set(repair.text); text.focus(); });
      item.append(" ", button);
    }
    return item;
  }

  function go(line) {
    const start = text.value.split("\n").slice(0, line - 1).join("\n").length + (line > 1);
    text.focus();
    text.setSelectionRange(start, text.value.indexOf("\n", start) < 0 ? text.value.length : text.value.indexOf("\n", start));
  }

  function numbered(wrong) {
    const count = text.value.split("\n").length, marked = new Set(wrong);
    $("lines").replaceChildren(...Array.from({ length: count }, (_, place) =>
      make("span", { className: marked.has(place + 1) ? "wrong" : "", textContent: `${place + 1}\n` })));
    text.rows = Math.min(Math.max(count + 1, 12), 40);
    text.setAttribute("aria-invalid", String(wrong.length > 0));
  }

  function step(from, to) {
    if (!from.length) return;
    to.push(text.value);
    set(from.pop(), false);
  }

  text.addEventListener("input", typed);
  text.addEventListener("scroll", () => { $("lines").scrollTop = text.scrollTop; });
  text.addEventListener("keydown", (event) => {
    const key = event.key.toLowerCase();
    if (!(event.ctrlKey || event.metaKey) || (key !== "z" && key !== "y")) return;
    event.preventDefault();
    if (key === "y" || event.shiftKey) step(future, past);
    else step(past, future);
  });
  $("undo").addEventListener("click", () => step(past, future));
  $("redo").addEventListener("click", () => step(future, past));
  $("save-design").addEventListener("click", () => download("design.yaml", text.value));
  $("from-network").addEventListener("click", async () => {
    if (!current()) return;
    const answer = await ask({ ask: { ask: "design", network: current() } });
    if (answer.error) complain(answer.error);
    else set(answer.text);
  });
  $("show-design").addEventListener("click", async () => {
    await ask({ write: { name: "design.yaml", text: text.value } });
    openTarget("design.yaml");
  });
  $("write").addEventListener("click", () => {
    const open = $("editor").hidden;
    $("editor").hidden = !open;
    $("write").ariaExpanded = String(open);
    if (open && !text.value) set(FIRST, false);
    if (open) text.focus();
  });
}
