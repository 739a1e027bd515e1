// Small helpers of the page: elements, words, files. Nothing here knows what is counted.
import { WORDS } from "./words.js";

export const $ = (id) => document.getElementById(id);

export let language = "en";

export const say = (word, ...parts) => {
  let text = WORDS[language][word] ?? word;
  for (const part of parts) text = text.replace("{}", part);
  return text;
};

export function speak(wanted) {
  language = WORDS[wanted] ? wanted : "en";
  document.documentElement.lang = language;
  for (const each of document.querySelectorAll("[data-t]")) each.textContent = say(each.dataset.t);
  const other = language === "en" ? ["zh", "中文"] : ["en", "English"];
  $("language").lang = other[0];
  $("language").textContent = other[1];
  $("language").ariaLabel = other[1];
}

export function make(name, properties = {}, ...inside) {
  const { data = {}, aria = {}, ...own } = properties;
  const element = Object.assign(document.createElement(name), own);
  Object.assign(element.dataset, data);
  for (const [key, value] of Object.entries(aria)) element.setAttribute(`aria-${key}`, value);
  element.append(...inside);
  return element;
}

// A picture as an image of its own: it has its own colours for light and dark, and can run nothing.
export function draw(image, svg, alt) {
  if (image.src) URL.revokeObjectURL(image.src);
  image.src = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
  image.alt = alt;
}

export function download(name, text) {
  const link = make("a", { href: URL.createObjectURL(new Blob([text])), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

export async function copy(text) {
  await navigator.clipboard.writeText(text);
  tell("copied");
}

export function tell(word, ...parts) {
  $("status").textContent = say(word, ...parts);
}

export function complain(text) {
  $("problem").textContent = text;
  $("problem").hidden = !text;
}
