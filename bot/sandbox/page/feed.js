// The messages of a conversation, or the Home tab. What has not changed since it was drawn is left alone, so
// that focus, open menus and selections survive.

import { drawBlocks } from "./blocks.js";
import { clock, dayKey, nearDay, now, dateText } from "./dates.js";
import { el, icon } from "./dom.js";
import { openMenu, closeMenu } from "./popup.js";
import { makeScene } from "./scene.js";
import { post } from "./server.js";
import { mrkdwn } from "./text.js";

const NEAR = 80;
let drawn = new Map();
let owner = "";

const feed = () => document.getElementById("feed");

/** Show the newest message. */
export function scrollDown() {
  feed().scrollTop = feed().scrollHeight;
}

function atEnd() {
  const box = feed();
  return box.scrollHeight - box.scrollTop - box.clientHeight < NEAR;
}

function time(entry, look) {
  const moment = new Date(Number(entry.ts) * 1000);
  return el("time", { datetime: moment.toISOString() }, clock(moment, look.zone));
}

function initials(name) {
  return name.split(" ").map((word) => word[0]).slice(0, 2).join("");
}

function avatar(entry, person) {
  if (!person) return el("span.avatar", {}, icon("app-icon"));
  return el(`span.avatar.letters.tone-${entry.user.charCodeAt(2) % 5}`, { "aria-hidden": "true" }, initials(person.name));
}

function topText(entry, look) {
  if (entry.options.mrkdwn === false) return entry.text;
  const parsed = entry.options.parse !== "none" && (entry.options.link_names || entry.options.parse === "full");
  return mrkdwn(entry.text, look, parsed ? true : "links");
}

function shortcuts(entry, data) {
  if (!data.shortcuts.length) return null;
  const use = (one) => () => {
    closeMenu(true);
    post("shortcut", { user: data.me, ts: entry.ts, callback_id: one.callback_id });
  };
  const items = () => data.shortcuts.map((one) => el("button.menu-item", { type: "button", role: "menuitem", "data-shortcut": one.callback_id, click: use(one) }, one.name));
  return el(
    "button.button.overflow.more",
    { type: "button", "aria-label": "More actions for this message", "aria-haspopup": "menu", "aria-expanded": "false", click: (event) => openMenu(event.currentTarget, items()) },
    icon("dots"),
  );
}

function message(entry, data, look) {
  const person = look.people.get(entry.user);
  const name = person ? person.name : data.app.name;
  const scene = makeScene({ ts: entry.ts }, look);
  const edited = entry.edits > 0 && !entry.blocks.length && entry.via.startsWith("chat.");
  const body = entry.blocks.length ? drawBlocks(entry.blocks, scene) : el(".plain-text", {}, topText(entry, look));
  return el(
    `article.message${entry.to ? ".ephemeral" : ""}${entry.thread_ts ? ".reply" : ""}`,
    { tabindex: "-1", "data-ts": entry.ts, "data-via": entry.via, "aria-label": `${name}, ${entry.to ? "only visible to you" : "message"}` },
    entry.to && el(".only-you", {}, icon("eye"), "Only visible to you"),
    avatar(entry, person),
    el(
      ".content",
      {},
      el(".by", {}, el("b", {}, name), !person && el("span.app-badge", {}, "APP"), time(entry, look)),
      body,
      edited && el("small.edited", {}, "(edited)"),
    ),
    shortcuts(entry, data),
  );
}

function note(entry, look) {
  if (entry.kind === "command") {
    return el(".note", { "data-note": "command" }, "You typed ", el("code", {}, entry.text), time(entry, look));
  }
  return el(
    "article.message.ephemeral",
    { "data-note": entry.kind, "aria-label": "Slackbot, only visible to you" },
    el(".only-you", {}, icon("eye"), "Only visible to you"),
    el("span.avatar", {}, icon("slackbot")),
    el(".content", {}, el(".by", {}, el("b", {}, "Slackbot"), time(entry, look)), el(".plain-text", {}, entry.text)),
  );
}

function dayLine(moment, zone) {
  return el(".day", { role: "separator" }, el("span", {}, nearDay(moment, zone) || dateText(moment / 1000, "{day_divider}", zone)));
}

/** Replies stand below what they answer. */
function threaded(entries) {
  const there = new Set(entries.map((entry) => entry.ts));
  const isReply = (entry) => entry.thread_ts && entry.thread_ts !== entry.ts && there.has(entry.thread_ts);
  return entries
    .filter((entry) => !isReply(entry))
    .flatMap((entry) => [entry, ...entries.filter((one) => isReply(one) && one.thread_ts === entry.ts)]);
}

function nodeFor(entry, data, look) {
  const key = `${data.me}|${entry.ts}|${entry.kind}|${dayKey(now(), look.zone)}`; // “Today” is another day tomorrow
  const before = drawn.get(key);
  if (before && before.changed === entry.changed) return [key, before];
  const node = entry.kind === "message" ? message(entry, data, look) : note(entry, look);
  return [key, { changed: entry.changed, node }];
}

function drawMessages(data, look) {
  const next = new Map();
  const nodes = [];
  const focused = focus();
  let day = "";
  for (const entry of threaded(data.entries)) {
    const moment = new Date(Number(entry.ts) * 1000);
    if (!entry.thread_ts && dayKey(moment, look.zone) !== day) {
      day = dayKey(moment, look.zone);
      nodes.push(dayLine(moment, look.zone));
    }
    const [key, made] = nodeFor(entry, data, look);
    next.set(key, made);
    nodes.push(made.node);
  }
  drawn = next;
  if (!nodes.length) nodes.push(el("p.empty", {}, "Nothing here yet. Type /duplicates, or click one of the commands below."));
  place(nodes);
  if (focused && !focused.node.isConnected) restore(focused);
}

/** The control that has the focus, and the message it stands in. */
function focus() {
  const node = document.activeElement;
  const message = node?.closest("#feed [data-ts]");
  return message ? { node, ts: message.dataset.ts, action: node.dataset.actionId } : null;
}

/** When a message was drawn anew, the focus goes to the same control of it, or to the message. */
function restore({ ts, action }) {
  const message = feed().querySelector(`[data-ts="${ts}"]`);
  const same = action && message?.querySelector(`[data-action-id="${CSS.escape(action)}"]`);
  (same || message)?.focus({ preventScroll: true });
}

/** Put these nodes into the feed, moving none that is already in its place. */
function place(nodes) {
  const box = feed();
  const keep = new Set(nodes);
  [...box.childNodes].filter((old) => !keep.has(old)).forEach((old) => old.remove());
  nodes.forEach((node, at) => {
    if (box.childNodes[at] !== node) box.insertBefore(node, box.childNodes[at] || null);
  });
}

function drawHome(data, look) {
  const key = `home|${data.me}|${data.home?.changed}|${dayKey(now(), look.zone)}`;
  if (owner === key && feed().childElementCount) return;
  owner = key;
  drawn = new Map();
  const scene = data.home && makeScene({ view: data.home.id }, look);
  place([
    data.home
      ? el(".home", { "data-view-id": data.home.id }, drawBlocks(data.home.view.blocks, scene))
      : el("p.empty", {}, `${data.app.name} has not published a Home tab for you.`),
  ]);
}

/** Draw the place one looks at; the feed stays at its end when it was there. */
export function drawFeed(data, look) {
  const end = atEnd();
  feed().classList.toggle("is-home", data.place === "home");
  if (data.place === "home") {
    drawHome(data, look);
    return;
  }
  if (owner !== `${data.me}|${data.place}`) drawn = new Map();
  owner = `${data.me}|${data.place}`;
  drawMessages(data, look);
  if (end) scrollDown();
}
