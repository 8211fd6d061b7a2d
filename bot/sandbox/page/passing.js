// Time passing, beside a channel: what time it is, when its alerts are due, and three buttons, so that nobody
// has to wait for tomorrow. Only where somebody can let time pass; a workspace alone has the clock of the world.

import { clock, dateText, nearDay, now } from "./dates.js";
import { el } from "./dom.js";
import { post } from "./server.js";

const SET_UP = "/duplicates subscribe desk contacts daily 09:00";
const find = (id) => document.getElementById(id);
let shown = null;
let busy = false;

/** “Today, 9:00 AM” */
function moment(seconds, zone) {
  const date = new Date(seconds * 1000);
  return `${nearDay(date, zone) || dateText(seconds, "{day_brief}", zone)}, ${clock(date, zone)}`;
}

function due(passing, zone) {
  if (passing.next) return ["Alerts are due ", el("b", { id: "passing-next" }, moment(passing.next, zone))];
  return [passing.paused ? "The alerts here are paused" : "No alerts here yet"];
}

function drawWhen() {
  const { passing, look } = shown;
  const time = dateText(now() / 1000, "{day_brief}", look.zone);
  const words = [el("b", {}, "Time passing"), el("span.wide-only", {}, `${time}, ${clock(now(), look.zone)}`), el("span", {}, due(passing, look.zone))];
  const text = words.map((one) => one.textContent).join();
  if (find("passing-when").dataset.text === text) return;
  find("passing-when").dataset.text = text;
  find("passing-when").replaceChildren(...words);
}

/** Whether a button would do something now. */
function can(step) {
  const { passing } = shown;
  return !busy && { jump: passing.next, plant: passing.alerts > 0, solve: passing.planted > 0 }[step];
}

function drawSteps(run) {
  const { passing } = shown;
  find("passing-steps").hidden = passing.alerts === 0;
  for (const button of find("passing-steps").children) {
    button.setAttribute("aria-disabled", String(!can(button.dataset.passing)));
    button.onclick = () => step(button.dataset.passing, run);
  }
  if (passing.alerts === 0 && !find("passing-set-up")) {
    const typed = el("button.chip", { id: "passing-set-up", type: "button", click: () => run(SET_UP) }, SET_UP);
    find("passing-steps").before(el("p.set-up", {}, "Set them up with ", typed));
  } else if (passing.alerts > 0) find("passing").querySelector(".set-up")?.remove();
}

/** Said once, so that it is read out once. */
function say(words) {
  if (find("passing-said").textContent !== words) find("passing-said").textContent = words;
}

async function step(name, run) {
  if (!can(name)) return;
  busy = true;
  drawSteps(run);
  say("");
  const { said, error } = await post(name, { channel: shown.channel });
  busy = false;
  say(said || error || "");
  drawSteps(run);
}

/** Draw it for the place one looks at; `run` types a command. */
export function drawPassing(data, look, run) {
  const { passing } = data;
  find("passing").hidden = !passing;
  const moved = shown?.channel !== data.place;
  shown = passing && { passing, look, channel: data.place };
  if (!passing) return;
  drawWhen();
  drawSteps(run);
  if (moved || !busy) say(passing.said);
}

/** Keep the clock right; `refresh` when a slot was reached by waiting. */
export function watchTime(refresh) {
  window.setInterval(() => {
    if (!shown) return;
    drawWhen();
    if (shown.passing.next && shown.passing.next * 1000 < now()) refresh();
  }, 5000);
}
