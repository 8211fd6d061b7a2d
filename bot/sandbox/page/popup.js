// Menus that open beside a button, and the small dialog that asks before a click counts.

import { el } from "./dom.js";
import { textObject } from "./text.js";

let open = null;

/** Close whatever menu is open; the focus goes back to its button when `refocus`. */
export function closeMenu(refocus = false) {
  if (!open) return;
  const { menu, anchor } = open;
  open = null;
  menu.remove();
  anchor.setAttribute("aria-expanded", "false");
  if (refocus) anchor.focus();
}

function place(menu, anchor) {
  const box = anchor.getBoundingClientRect();
  const below = window.innerHeight - box.bottom > menu.offsetHeight + 8;
  const left = Math.min(box.left, window.innerWidth - menu.offsetWidth - 8);
  menu.style.left = `${Math.max(8, left)}px`;
  menu.style.top = `${below ? box.bottom + 4 : Math.max(8, box.top - menu.offsetHeight - 4)}px`;
}

function walk(event, menu) {
  const items = [...menu.querySelectorAll("[role^=menuitem]")];
  const at = items.indexOf(document.activeElement);
  const steps = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 };
  if (event.key in steps) {
    event.preventDefault();
    items.at(steps[event.key] % items.length)?.focus();
  } else if (event.key === "Escape" || event.key === "Tab") {
    event.preventDefault();
    event.stopPropagation();
    closeMenu(true);
  }
}

/** Open a menu with these items beside a button; a second call for the same button closes it. */
export function openMenu(anchor, items) {
  const again = open?.anchor === anchor;
  closeMenu();
  if (again) return;
  const menu = el("div.menu", { role: "menu" }, items);
  menu.addEventListener("keydown", (event) => walk(event, menu));
  (anchor.closest("dialog") || document.body).append(menu);
  anchor.setAttribute("aria-expanded", "true");
  open = { menu, anchor };
  place(menu, anchor);
  menu.querySelector("[role^=menuitem]")?.focus();
}

document.addEventListener("pointerdown", (event) => {
  if (open && !open.menu.contains(event.target) && !open.anchor.contains(event.target)) closeMenu();
});
window.addEventListener("resize", () => closeMenu());
document.addEventListener("scroll", (event) => open && !open.menu.contains(event.target) && closeMenu(), true);

/** Ask as a confirm object says; resolves to true or false. Without one it is true at once. */
export function confirmed(confirm, look) {
  if (!confirm) return Promise.resolve(true);
  return new Promise((resolve) => {
    const style = confirm.style === "danger" ? "danger" : "primary";
    const answer = (value) => () => dialog.close(value);
    const dialog = el(
      "dialog.confirm",
      { "aria-labelledby": "confirm-title" },
      el("h2", { id: "confirm-title" }, textObject(confirm.title, look)),
      el("div.confirm-text", {}, textObject(confirm.text, look)),
      el(
        "div.confirm-buttons",
        {},
        el("button.button", { type: "button", "data-answer": "no", click: answer("") }, words(confirm.deny, "Cancel", look)),
        el(`button.button.${style}`, { type: "button", "data-answer": "yes", click: answer("yes") }, words(confirm.confirm, "Yes", look)),
      ),
    );
    dialog.addEventListener("close", () => {
      resolve(dialog.returnValue === "yes");
      dialog.remove();
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

function words(text, otherwise, look) {
  return text ? textObject(text, look) : otherwise;
}
