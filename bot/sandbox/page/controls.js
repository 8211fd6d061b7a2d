// What one can click or fill: buttons, menus, inputs.
//
// `scene` is the message or view a control stands in: `scene.act(block, raw, option)` sends a click,
// `scene.keep(block, raw, value)` and `scene.kept(block, raw)` hold what was typed or chosen.

import { el, followable, icon } from "./dom.js";
import { closeMenu, confirmed, openMenu } from "./popup.js";
import { plain, textObject } from "./text.js";

function ids(block, raw) {
  return { "data-action-id": raw.action_id, "data-block-id": block.block_id };
}

/** What the field shows: what was filled in before, else its initial value. */
function current(scene, block, raw, initial) {
  const kept = scene.kept(block, raw);
  return kept === undefined ? initial : kept;
}

/** Note the new value; outside an input block (or where it asks for that) it counts as a click. */
async function changed(scene, block, raw, value, undo = () => {}) {
  const sends = block.type !== "input" || block.dispatch_action;
  if (sends && !(await confirmed(raw.confirm, scene.look))) return undo();
  scene.keep(block, raw, value);
  return sends ? scene.act(block, raw, value) : undefined;
}

function follow(url) {
  if (url && followable(url)) window.open(url, "_blank", "noopener,noreferrer");
}

async function pressed(event, block, raw, scene) {
  if (raw.url && !raw.confirm) return scene.act(block, raw);
  event.preventDefault();
  if (!(await confirmed(raw.confirm, scene.look))) return undefined;
  follow(raw.url);
  return scene.act(block, raw);
}

function button(block, raw, scene) {
  const tag = `.button${raw.style ? `.${raw.style}` : ""}`;
  const attributes = {
    ...ids(block, raw),
    "data-value": raw.value,
    "aria-label": raw.accessibility_label,
    click: (event) => pressed(event, block, raw, scene),
  };
  const words = textObject(raw.text, scene.look);
  if (raw.url && followable(raw.url)) {
    return el(`a${tag}`, { ...attributes, href: raw.url, target: "_blank", rel: "noopener noreferrer" }, words);
  }
  return el(`button${tag}`, { ...attributes, type: "button" }, words);
}

function overflow(block, raw, scene) {
  const choose = async (option) => {
    closeMenu(true);
    if (!(await confirmed(raw.confirm, scene.look))) return;
    follow(option.url);
    scene.act(block, raw, option.value);
  };
  const items = () =>
    raw.options.map((option) =>
      el(
        "button.menu-item",
        { type: "button", role: "menuitem", "data-option": option.value, click: () => choose(option) },
        el("span", {}, textObject(option.text, scene.look)),
        option.description && el("small", {}, textObject(option.description, scene.look)),
      ),
    );
  const attributes = {
    ...ids(block, raw),
    type: "button",
    "aria-haspopup": "menu",
    "aria-expanded": "false",
    "aria-label": raw.accessibility_label || "More actions",
    click: (event) => openMenu(event.currentTarget, items()),
  };
  return el("button.button.overflow", attributes, icon("dots"));
}

function placeholder(raw, otherwise) {
  return raw.placeholder ? raw.placeholder.text : otherwise;
}

function optionTag(value, words, chosen) {
  return el("option", { value, selected: value === chosen }, words);
}

/** A menu of which one entry can be chosen; `entries` are pairs of value and words, or groups of them. */
function select(block, raw, scene, entries, initial) {
  const chosen = current(scene, block, raw, initial);
  const tags = entries.map((entry) =>
    entry.options
      ? el("optgroup", { label: entry.label }, entry.options.map(([value, words]) => optionTag(value, words, chosen)))
      : optionTag(entry[0], entry[1], chosen),
  );
  const made = el(
    "select.select",
    { ...ids(block, raw), "aria-label": scene.label(block, raw) },
    el("option", { value: "", selected: !chosen, disabled: !block.optional && block.type === "input" }, placeholder(raw, "Choose an option")),
    tags,
  );
  let before = made.value;
  made.addEventListener("change", () => {
    changed(scene, block, raw, made.value, () => {
      made.value = before;
    }).then(() => {
      before = made.value;
    });
  });
  return made;
}

const pair = (option) => [option.value, option.text.text];

function staticEntries(raw) {
  return raw.option_groups
    ? raw.option_groups.map((group) => ({ label: group.label.text, options: group.options.map(pair) }))
    : raw.options.map(pair);
}

const people = (scene) => [...scene.look.people.values()].map((person) => [person.id, person.name]);
const channels = (scene) => [...scene.look.channels.values()].map((channel) => [channel.id, `${channel.private ? "🔒 " : "#"}${channel.name}`]);

function conversation(raw, scene) {
  return raw.initial_conversation || (raw.default_to_current_conversation ? scene.look.channel : undefined);
}

/** A menu of which several entries can be chosen. */
function several(block, raw, scene, entries, initial) {
  const chosen = new Set(current(scene, block, raw, initial || []));
  const words = () => entries.filter(([value]) => chosen.has(value)).map(([, name]) => name).join(", ");
  const shown = el("span.chosen", {}, words() || placeholder(raw, "Choose options"));
  const limit = raw.max_selected_items || entries.length;
  const item = ([value, name]) => {
    const one = el(
      "button.menu-item.check",
      { type: "button", role: "menuitemcheckbox", "aria-checked": String(chosen.has(value)), "data-option": value },
      el("span", {}, name),
    );
    one.addEventListener("click", () => {
      if (chosen.has(value)) chosen.delete(value);
      else if (chosen.size < limit) chosen.add(value);
      one.setAttribute("aria-checked", String(chosen.has(value)));
      shown.textContent = words() || placeholder(raw, "Choose options");
      changed(scene, block, raw, [...chosen]);
    });
    return one;
  };
  const attributes = {
    ...ids(block, raw),
    type: "button",
    "aria-haspopup": "menu",
    "aria-expanded": "false",
    "aria-label": scene.label(block, raw),
    click: (event) => openMenu(event.currentTarget, entries.map(item)),
  };
  return el("button.select.multi", attributes, shown);
}

let groups = 0;

/** Radio buttons or check boxes. */
function choices(block, raw, scene, kind) {
  const many = kind === "checkbox";
  const initial = many ? (raw.initial_options || []).map((one) => one.value) : raw.initial_option?.value;
  const chosen = new Set([current(scene, block, raw, initial) ?? []].flat());
  groups += 1;
  const name = `choice-${groups}`;
  const box = el(".choices", { ...ids(block, raw), role: many ? "group" : "radiogroup", "aria-label": scene.label(block, raw) });
  const pick = () => {
    const values = [...box.querySelectorAll("input:checked")].map((input) => input.value);
    changed(scene, block, raw, many ? values : values[0]);
  };
  box.append(
    ...raw.options.map((option) =>
      el(
        "label.choice",
        {},
        el("input", { type: kind, name, value: option.value, checked: chosen.has(option.value), change: pick }),
        el(
          "span",
          {},
          el("span.choice-text", {}, textObject(option.text, scene.look)),
          option.description && el("small", {}, textObject(option.description, scene.look)),
        ),
      ),
    ),
  );
  return box;
}

/** A field of the browser's own: text, number, date, time. */
function field(block, raw, scene, type, initial, read = (value) => value) {
  const tag = raw.multiline ? "textarea.field" : "input.field";
  const made = el(tag, {
    ...ids(block, raw),
    type: raw.multiline ? null : type,
    rows: raw.multiline ? 4 : null,
    placeholder: raw.placeholder?.text,
    maxlength: raw.max_length,
    "aria-label": scene.label(block, raw),
    value: current(scene, block, raw, initial) ?? "",
  });
  const typing = type === "text" || type === "email" || type === "url" || type === "number";
  made.addEventListener(typing ? "input" : "change", () => {
    if (typing) scene.keep(block, raw, read(made.value));
    else changed(scene, block, raw, read(made.value));
  });
  if (typing && block.dispatch_action) {
    made.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !raw.multiline) changed(scene, block, raw, read(made.value));
    });
  }
  return made;
}

function image(block, raw) {
  return el("img.thumbnail", { src: raw.image_url, alt: raw.alt_text });
}

const CONTROLS = {
  button,
  overflow,
  image,
  static_select: (b, r, s) => select(b, r, s, staticEntries(r), r.initial_option?.value),
  users_select: (b, r, s) => select(b, r, s, people(s), r.initial_user),
  channels_select: (b, r, s) => select(b, r, s, channels(s), r.initial_channel),
  conversations_select: (b, r, s) => select(b, r, s, channels(s), conversation(r, s)),
  multi_static_select: (b, r, s) =>
    several(b, r, s, staticEntries(r).flatMap((one) => one.options || [one]), r.initial_options?.map((one) => one.value)),
  multi_users_select: (b, r, s) => several(b, r, s, people(s), r.initial_users),
  multi_channels_select: (b, r, s) => several(b, r, s, channels(s), r.initial_channels),
  multi_conversations_select: (b, r, s) => several(b, r, s, channels(s), r.initial_conversations),
  radio_buttons: (b, r, s) => choices(b, r, s, "radio"),
  checkboxes: (b, r, s) => choices(b, r, s, "checkbox"),
  plain_text_input: (b, r, s) => field(b, r, s, "text", r.initial_value),
  email_text_input: (b, r, s) => field(b, r, s, "email", r.initial_value),
  url_text_input: (b, r, s) => field(b, r, s, "url", r.initial_value),
  number_input: (b, r, s) => field(b, r, s, "number", r.initial_value),
  datepicker: (b, r, s) => field(b, r, s, "date", r.initial_date),
  timepicker: (b, r, s) => field(b, r, s, "time", r.initial_time),
};

/** A control of a block; kinds that are not known are shown as such. */
export function control(block, raw, scene) {
  const draw = CONTROLS[raw.type];
  return draw ? draw(block, raw, scene) : el("span.not-drawn", {}, `not drawn: ${raw.type}`);
}

/** The words that name a control for those who do not see it. */
export function controlLabel(block, raw) {
  const words = block.label?.text || raw.placeholder?.text || block.text?.text || raw.action_id;
  return plain(words, false).join("");
}
