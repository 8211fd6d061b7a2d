// The page: who looks, at what, and what is drawn there. Everything shown is kept by the server; the person
// and the place stand in the address, so a reload shows the same.

import { drawHead, drawPlaces, drawPeople } from "./around.js";
import { setNow } from "./dates.js";
import { drawFeed, scrollDown } from "./feed.js";
import { drawModal } from "./modals.js";
import { drawPassing, watchTime } from "./passing.js";
import { closeMenu } from "./popup.js";
import { listen, post, state } from "./server.js";

const find = (id) => document.getElementById(id);
const typed = [];
let now = null;
let loading = false;
let again = false;
let recalled = 0;

function wanted() {
  const query = new URLSearchParams(window.location.search);
  return { user: query.get("user") || "U01MARA", place: query.get("place") || "C01SUPPORT" };
}

/** What a reader brings to the texts. */
function lookOf(data) {
  const byId = (things) => new Map(things.map((thing) => [thing.id, thing]));
  const me = data.people.find((person) => person.id === data.me);
  return { me: data.me, zone: me.zone, people: byId(data.people), channels: byId(data.channels), channel: data.channel, app: data.app };
}

function draw(data) {
  const look = lookOf(data);
  setNow(data.now);
  drawPeople(data);
  drawPlaces(data, go);
  drawHead(data, go);
  drawPassing(data, look, run);
  drawFeed(data, look);
  drawModal(data, look);
  drawWrites(data.writes);
  drawTries(data.tries);
  find("composer").hidden = data.place === "home";
  now = data;
}

function drawWrites(count) {
  const known = typeof count === "number";
  find("writes").hidden = !known;
  if (known) find("writes").textContent = `${count} ${count === 1 ? "write" : "writes"} to Zoho so far`;
}

/** Fetch what is there now and draw it; one fetch at a time, and one more when something changed meanwhile. */
async function refresh() {
  if (loading) {
    again = true;
    return;
  }
  loading = true;
  do {
    again = false;
    const { user, place } = wanted();
    const data = await state(user, place);
    if (data) draw(data);
    else if (!now) window.history.replaceState(null, "", "/");
  } while (again);
  loading = false;
}

/** Look at another place, or as somebody else. */
async function go(change, { keepHistory = false } = {}) {
  const next = { ...wanted(), ...change };
  const address = `/?${new URLSearchParams(next)}`;
  if (keepHistory) window.history.replaceState(null, "", address);
  else window.history.pushState(null, "", address);
  arrive();
}

async function arrive() {
  closeMenu();
  showPlaces(false);
  await refresh();
  scrollDown();
  if (wanted().place === "home") await post("home", { user: wanted().user });
}

function showPlaces(open) {
  document.body.classList.toggle("places-open", open);
  find("places-button").setAttribute("aria-expanded", String(open));
}

/** Run a command, or say something. */
async function run(text) {
  const words = text.trim();
  if (!words || !now) return;
  typed.push(words);
  recalled = typed.length;
  scrollDown();
  const command = /^\/duplicates(?:\s+([\s\S]*))?$/i.exec(words);
  if (command) await post("command", { user: now.me, channel: now.channel, text: command[1] || "" });
  else await post("say", { user: now.me, channel: now.channel, text: words });
}

function recall(step) {
  recalled = Math.max(0, Math.min(typed.length, recalled + step));
  find("command").value = typed[recalled] || "";
}

function drawTries(tries) {
  const box = find("try");
  if (box.childElementCount || !tries.length) return;
  const label = document.createElement("span");
  label.textContent = "Try this";
  box.append(label);
  for (const text of tries) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "chip";
    button.dataset.try = text;
    button.textContent = text;
    button.addEventListener("click", () => run(text));
    box.append(button);
  }
}

function theme(name) {
  if (name) document.documentElement.dataset.theme = name;
  else delete document.documentElement.dataset.theme;
  find("theme").value = name;
  window.localStorage.setItem("theme", name);
}

function begin() {
  theme(window.localStorage.getItem("theme") || "");
  find("theme").addEventListener("change", (event) => theme(event.target.value));
  find("person").addEventListener("change", (event) => go({ user: event.target.value }));
  find("places-button").addEventListener("click", () => showPlaces(!document.body.classList.contains("places-open")));
  find("composer").addEventListener("submit", (event) => {
    event.preventDefault();
    const field = find("command");
    run(field.value);
    field.value = "";
  });
  find("command").addEventListener("keydown", (event) => {
    if (event.key === "ArrowUp" || event.key === "ArrowDown") {
      event.preventDefault();
      recall(event.key === "ArrowUp" ? -1 : 1);
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") showPlaces(false);
  });
  window.addEventListener("popstate", arrive);
  watchTime(refresh);
  arrive();
  listen(
    (news) => {
      drawWrites(news.writes);
      if (!now || news.version !== now.version) refresh();
    },
    (connected) => {
      find("offline").hidden = connected;
    },
  );
}

begin();
