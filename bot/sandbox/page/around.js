// What stands around the messages: persons, conversations, the head of the place.

import { el, icon } from "./dom.js";

const find = (id) => document.getElementById(id);

function seenKey(data, id) {
  return `seen:${data.me}:${id}`;
}

function unread(data, channel) {
  return channel.latest > Number(window.sessionStorage.getItem(seenKey(data, channel.id)) || 0);
}

/** The switch of persons. */
export function drawPeople(data) {
  const box = find("person");
  if (!box.childElementCount) {
    box.append(...data.people.map((person) => el("option", { value: person.id }, person.note ? `${person.name} · ${person.note}` : person.name)));
  }
  box.value = data.me;
}

function entry(data, go, place, name, picture, channel) {
  const here = data.place === place || (place === "app" && data.place === "home");
  if (here && channel && data.place !== "home") window.sessionStorage.setItem(seenKey(data, channel.id), channel.latest);
  const fresh = channel && !here && unread(data, channel);
  return el(
    `button.place${fresh ? ".unread" : ""}`,
    { type: "button", "data-place": place, "aria-current": here && "page", click: () => go({ place }) },
    icon(picture),
    el("span.name", {}, name),
    fresh && el("span.badge", {}, "new"),
  );
}

/** The list of conversations. */
export function drawPlaces(data, go) {
  const focused = document.activeElement?.dataset?.place;
  const picture = (channel) => (channel.shared ? "shared" : channel.private ? "lock" : "hash");
  find("places").replaceChildren(
    el("h1", {}, data.team.name),
    el("h2", {}, "Channels"),
    ...data.channels.map((channel) => entry(data, go, channel.id, channel.name, picture(channel), channel)),
    el("h2", {}, "Apps"),
    entry(data, go, "app", data.app.name, "app-icon", data.dm),
  );
  if (focused) find("places").querySelector(`[data-place="${CSS.escape(focused)}"]`)?.focus();
}

function about(channel, data) {
  const parts = [`${channel.members} people`];
  if (channel.shared) parts.push("shared with Halden");
  if (channel.archived) parts.push("archived");
  if (!channel.app) parts.push(`${data.app.name} is not in this channel`);
  return parts.join(" · ");
}

function tab(data, go, place, words) {
  const chosen = data.place === place;
  return el("button.tab", { type: "button", role: "tab", "aria-selected": String(chosen), "data-tab": place, click: () => go({ place }) }, words);
}

/** The head of the place one looks at. */
export function drawHead(data, go) {
  const channel = data.channels.find((one) => one.id === data.place);
  const focused = document.activeElement?.dataset?.tab;
  const head = find("head");
  document.title = `${channel ? channel.name : data.app.name} · Stand-in for Slack`;
  head.classList.toggle("app", !channel);
  if (channel) {
    head.replaceChildren(el("h2", {}, icon(channel.shared ? "shared" : channel.private ? "lock" : "hash"), channel.name), el("p", {}, about(channel, data)));
    return;
  }
  head.replaceChildren(
    el("h2", {}, icon("app-icon"), data.app.name),
    el(".tabs", { role: "tablist", "aria-label": data.app.name }, tab(data, go, "home", "Home"), tab(data, go, "app", "Messages")),
  );
  if (focused) head.querySelector(`[data-tab="${CSS.escape(focused)}"]`)?.focus();
}
