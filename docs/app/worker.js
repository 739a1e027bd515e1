// Python in a worker: answers questions with the package's own `Page`, which says all that the page shows.
// A dropped file is mounted, not copied: Python reads slices of it.
import { loadPyodide } from "./runtime/pyodide.mjs";

let python, page, mounted = 0;

async function start() {
  const home = new URL("./", import.meta.url);
  const engine = fetch(new URL("engine.zip", home)).then((answer) => {
    if (!answer.ok) throw new Error(`engine.zip: ${answer.status}`);
    return answer.arrayBuffer();
  });
  python = await loadPyodide({ indexURL: new URL("runtime/", home).href });
  postMessage({ progress: 70 });
  python.unpackArchive(await engine, "zip", { extractDir: "/engine" });
  python.FS.mkdirTree("/files");
  python.FS.mkdirTree("/mounted");
  page = python.runPython(`
import gc, os, sys
sys.path.insert(0, "/engine")
os.chdir("/files")
gc.disable()
from resnet_analyzer.browser import Page
Page()`);
  postMessage({ progress: 90 });
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

const started = start();
started.then(() => postMessage({ progress: 100 }), (error) => postMessage({ broken: String(error.message || error) }));

addEventListener("message", async ({ data }) => {
  try {
    await started;
    postMessage({ id: data.id, answer: answer(data), heap: python._module.HEAPU8.length });
  } catch (error) {
    const line = String(error.message || error).trim().split("\n").pop();
    postMessage({ id: data.id, answer: { error: line.slice(0, 600) }, broken: error.name === "RuntimeError" || undefined });
  }
});
