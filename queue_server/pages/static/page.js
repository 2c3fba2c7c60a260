/** What the server wrote into the page, and small helpers to put text on it. Text only ever becomes text. */

const element = document.getElementById("page-data");

/** The page's data; empty where a page has none. */
export const data = element ? JSON.parse(element.textContent) : {};

/** A text of the page by its English form, with its named places filled in. */
export function say(english, values = {}) {
  const text = data.says[english] ?? english;
  return text.replace(/\{(\w+)\}/g, (place, name) => (name in values ? String(values[name]) : place));
}

export const byId = (id) => document.getElementById(id);

/** Write text, touching the page only when it differs, so that screen readers hear changes alone. */
export function write(target, text) {
  const node = typeof target === "string" ? byId(target) : target;
  const wanted = text === null || text === undefined ? "" : String(text);
  if (node.textContent !== wanted) node.textContent = wanted;
}

/** A new element with a class and text. */
export function make(tag, className = "", text = "") {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== "") node.textContent = text;
  return node;
}

/** A word with an icon before it, for states that colour alone must not carry. */
export function labelled(className, icon, word) {
  const node = make("span", className);
  const mark = make("span", "icon", icon);
  mark.setAttribute("aria-hidden", "true");
  node.append(mark, document.createTextNode(word));
  return node;
}

export const STATUS_ICONS = {
  closed: "×",
  idle: "○",
  calling: "◎",
  serving: "●",
  rating: "☆",
  paused: "Ⅱ",
};
