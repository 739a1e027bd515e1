// Python in a worker: answers questions with the package's own `Page`, which says all that the page shows.
// A dropped file is mounted, not copied: Python reads slices of it.
import { loadPyodide } from "./runtime/pyodide.mjs";

const home = new URL("./", import.meta.url);
const WARM = [...Array(16).fill("table"), "drawing", "cost", "memory", "receptive", "conventions"]; // looked at ahead
const QUIET = 150; // milliseconds without a question, before anything is done ahead
let python, page, mounted = 0, asked = 0;

async function fetched(name) {
  const answer = await fetch(new URL(name, home));
  if (!answer.ok) throw new Error(`${name}: ${answer.status}`);
  return new Uint8Array(await answer.arrayBuffer());
}

async function unpacked(bytes) {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes; // a server may have unpacked it
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

// Python as it was when the package had been imported; from its beginning where that memory is not to be had.
async function load() {
  const indexURL = new URL("runtime/", home).href;
  try {
    return await loadPyodide({ indexURL, _loadSnapshot: await unpacked(await fetched("snapshot.bin")) });
  } catch {
    return loadPyodide({ indexURL });
  }
}

async function start() {
  const engine = fetched("engine.zip");
  python = await load();
  postMessage({ progress: 80 });
  python.unpackArchive((await engine).buffer, "zip", { extractDir: "/engine" });
  python.FS.mkdirTree("/files");
  python.FS.mkdirTree("/mounted");
  python.FS.chdir("/files");
  page = python.runPython(`
import gc, sys
if "/engine" not in sys.path:
    sys.path.insert(0, "/engine")
gc.disable()
from resnet_analyzer.browser import Page
Page()`);
}

// A file under its own name where Python works; the target that stands for it.
function mount(file) {
  const { FS } = python, name = file.name.replace(/[/\0]/g, "_"), folder = `/mounted/${(mounted += 1)}`;
  FS.mkdir(folder);
  FS.mount(FS.filesystems.WORKERFS, { blobs: [{ name: "it", data: file }] }, folder);
  const link = `/files/${name}`;
  if (FS.analyzePath(link, true).exists) FS.unlink(link);
  FS.symlink(`${folder}/it`, link);
  page.forget();
  return /^[^:]*\.[^:]*$/.test(name) ? name : `./${name}`;
}

function write({ name, text }) {
  python.FS.writeFile(`/files/${name}`, text);
  page.forget();
  return name;
}

function answer(question) {
  if (question.files) return { targets: question.files.map(mount) };
  if (question.write) return { targets: [write(question.write)] };
  const text = page.answer(JSON.stringify(question.ask));
  python.runPython("gc.get_count()[0] > 500_000 and gc.collect()");
  return JSON.parse(text);
}

// A browser translates WebAssembly well only where it runs often. So the first slider answers as fast as the tenth:
// a network that nobody asked for is measured at a few sizes, whenever a person asks for nothing.
function warm(other, step) {
  if (step === WARM.length) { other.destroy(); return; }
  const wait = performance.now() - asked < QUIET;
  if (!wait) {
    const network = { target: "resnet50", sizes: { h: 200 + step } };
    other.answer(JSON.stringify({ ask: "show", network, view: { kind: WARM[step] } }));
  }
  setTimeout(warm, wait ? QUIET : 0, other, step + !wait);
}

function ready() {
  postMessage({ progress: 100 });
  setTimeout(() => warm(python.runPython("Page()"), 0), QUIET);
}

const started = start();
started.then(ready, (error) => postMessage({ broken: String(error.message || error) }));

addEventListener("message", async ({ data }) => {
  try {
    await started;
    asked = performance.now();
    postMessage({ id: data.id, answer: answer(data), heap: python._module.HEAPU8.length });
  } catch (error) {
    const line = String(error.message || error).trim().split("\n").pop();
    postMessage({ id: data.id, answer: { error: line.slice(0, 600) }, broken: error.name === "RuntimeError" || undefined });
  }
});
