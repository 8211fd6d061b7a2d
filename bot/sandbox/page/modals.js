// The modal on top of a person's stack: opens, fills, submits, shows what is wrong, goes back.

import { drawBlocks } from "./blocks.js";
import { el, icon } from "./dom.js";
import { makeScene } from "./scene.js";
import { post } from "./server.js";
import { textObject } from "./text.js";

let shown = { id: "", changed: 0, dialog: null };

function frame(state, view, look, scene) {
  const { title, close, submit, blocks } = view.view;
  const wrong = view.errors[""];
  return [
    el(
      "header.modal-head",
      {},
      icon("app-icon"),
      el("h2", { id: "modal-title" }, textObject(title, look)),
      el("button.plain", { type: "button", "aria-label": "Close", "data-close": "", click: () => leave(view) }, icon("cross")),
    ),
    el(
      ".modal-body",
      { tabindex: "-1" },
      wrong && el(".banner", { role: "alert" }, wrong),
      drawBlocks(blocks, scene),
    ),
    el(
      "footer.modal-foot",
      {},
      el("button.button", { type: "button", "data-close": "", click: () => leave(view) }, close ? textObject(close, look) : state.modals.length > 1 ? "Back" : "Close"),
      submit && el("button.button.primary", { type: "submit", "data-submit": "" }, textObject(submit, look)),
    ),
  ];
}

async function leave(view) {
  await post("close", { view: view.id });
}

async function send(event, view, scene) {
  event.preventDefault();
  const button = event.target.querySelector("[data-submit]");
  if (button) button.disabled = true;
  const { errors } = await post("submit", { view: view.id, values: scene.values() });
  if (button) button.disabled = false;
  if (errors) showMissing(event.target, errors);
}

/** What Slack's own client refuses is said beside the fields, without asking the bot. */
function showMissing(form, errors) {
  form.querySelectorAll(".missing").forEach((old) => old.remove());
  for (const [block, words] of Object.entries(errors)) {
    const field = form.querySelector(`.input[data-block-id="${CSS.escape(block)}"]`);
    field?.append(el(".error.missing", { role: "alert" }, words));
  }
  form.querySelector(".missing")?.parentElement.querySelector("input, select, textarea, button")?.focus();
}

function open() {
  const dialog = el("dialog.modal", { id: "modal", "aria-labelledby": "modal-title" });
  dialog.addEventListener("cancel", (event) => {
    event.preventDefault();
    if (event.target === dialog) dialog.querySelector("[data-close]").click();
  });
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

/** Show the top modal of this state, or none. */
export function drawModal(state, look) {
  const view = state.modals.at(-1);
  if (!view) {
    shown.dialog?.remove();
    shown = { id: "", changed: 0, dialog: null };
    return;
  }
  if (shown.id === view.id && shown.changed === view.changed) return;
  const same = shown.id === view.id;
  const dialog = shown.dialog || open();
  const focused = same && document.activeElement?.dataset.actionId;
  const scroll = same ? dialog.querySelector(".modal-body")?.scrollTop : 0;
  const scene = makeScene({ view: view.id, errors: view.errors }, { ...look, channel: view.channel });
  const form = el("form.modal-form", { novalidate: true, "data-view-id": view.id, submit: (event) => send(event, view, scene) });
  form.append(...frame(state, view, look, scene));
  dialog.replaceChildren(form);
  dialog.querySelector(".modal-body").scrollTop = scroll || 0;
  const kept = focused && `[data-action-id="${CSS.escape(focused)}"]`;
  const fields = ":is(input:not([type=radio]), input:checked, select, textarea)";
  const wanted = [kept, `.wrong ${fields}`, `.modal-body ${fields}`, "[data-submit]", ".modal-foot [data-close]"];
  wanted.filter(Boolean).map((one) => dialog.querySelector(one)).find(Boolean)?.focus({ preventScroll: same });
  shown = { id: view.id, changed: view.changed, dialog };
}
