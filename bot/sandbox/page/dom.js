// Builds elements. Text only ever enters as text nodes, so nothing in it can become markup.

/** An element with attributes (a function becomes a listener, false and null are left out) and children. */
export function el(tag, attributes = {}, ...children) {
  const [name, ...classes] = tag.split(".");
  const made = document.createElement(name || "div");
  made.classList.add(...classes);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    if (typeof value === "function") made.addEventListener(key, value);
    else if (key === "value") made.value = value;
    else if (key === "checked" || key === "disabled" || key === "selected") made[key] = true;
    else made.setAttribute(key, value === true ? "" : value);
  }
  const nothing = [null, undefined, false, ""];
  made.append(...children.flat(Infinity).filter((child) => !nothing.includes(child)));
  return made;
}

/** One of the drawings in index.html. */
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `#${name}`);
  svg.setAttribute("class", `icon ${name}`);
  svg.setAttribute("aria-hidden", "true");
  svg.append(use);
  return svg;
}

/** True for an address that may be followed from a message. */
export function followable(url) {
  return /^(https?:\/\/|mailto:|tel:)/i.test(url);
}

/** A link into a new tab; plain words when the address may not be followed. */
export function link(url, ...children) {
  if (!followable(url)) return el("span", {}, ...children);
  return el("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, ...children);
}
