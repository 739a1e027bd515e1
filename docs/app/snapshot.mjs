// Python with the package imported, its memory written to a file: a page that begins with it waits a tenth.
// What is imported has to fit into the memory that Python begins with: it does not grow for a snapshot.
// node snapshot.mjs RUNTIME ENGINE OUT
import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";

const [runtime, engine, out] = process.argv.slice(2).map((path) => resolve(path));
const { loadPyodide } = await import(pathToFileURL(`${runtime}/pyodide.mjs`).href);
const python = await loadPyodide({ indexURL: `${runtime}/`, _makeSnapshot: true });
python.FS.writeFile("/engine.zip", new Uint8Array(readFileSync(engine)));
python.runPython(`
import gc, json, sys, zipfile
with zipfile.ZipFile("/engine.zip") as archive:
    archive.extractall("/engine")
sys.path.insert(0, "/engine")
from resnet_analyzer.browser import Page
page = Page()
for kind in ("table", "drawing", "cost", "memory", "receptive", "conventions", "formula"):
    question = {"ask": "show", "network": {"target": "resnet18"}, "view": {"kind": kind}}
    answer = json.loads(page.answer(json.dumps(question)))
    assert "error" not in answer, answer
json.loads(page.answer('{"ask": "networks"}'))
page.forget()
gc.collect()
gc.freeze()
gc.disable()
`);
const memory = python.makeMemorySnapshot();
if (memory.length > 31 << 20) throw new Error(`a snapshot of ${memory.length} bytes: more than Python begins with`);
writeFileSync(out, gzipSync(memory, { level: 9 }));
process.exit(0);
