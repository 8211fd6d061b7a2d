// rich_text, the container for record data: nothing in it is parsed.

import { dateText } from "./dates.js";
import { el, link } from "./dom.js";
import { emoji } from "./emoji.js";
import { channelMention, mention, ping } from "./text.js";

const BULLETS = ["•", "◦", "▪︎"];

function lines(text) {
  return text.split("\n").flatMap((line, place) => (place ? [el("br"), line] : [line]));
}

function styled(node, style = {}) {
  const tags = { code: "code", strike: "s", italic: "i", bold: "b", underline: "u" };
  return Object.keys(tags)
    .filter((name) => style[name])
    .reduce((inner, name) => el(tags[name], {}, inner), node);
}

const RUNS = {
  text: (run) => el("span", {}, lines(run.text)),
  link: (run) => link(run.url, run.text || run.url),
  emoji: (run) => emoji(run.name) || `:${run.name}:`,
  user: (run, look) => mention(run.user_id, look),
  usergroup: (run) => ping(run.usergroup_id),
  channel: (run, look) => channelMention(run.channel_id, "", look),
  broadcast: (run) => ping(run.range),
  date: (run, look) => {
    const words = dateText(run.timestamp, run.format, look.zone) ?? run.fallback ?? "";
    return run.url ? link(run.url, words) : el("span.date", { title: run.fallback }, words);
  },
  color: (run) => el("code", {}, run.value),
};

function runs(elements, look) {
  return elements.map((run) => {
    const draw = RUNS[run.type];
    return draw ? styled(draw(run, look), run.style) : el("span.not-drawn", {}, `not drawn: ${run.type}`);
  });
}

function marker(list, place) {
  const indent = list.indent || 0;
  if (list.style === "bullet") return BULLETS[indent % 3];
  const number = (list.offset || 0) + place + 1;
  if (indent % 3 === 1) return `${String.fromCharCode(96 + ((number - 1) % 26) + 1)}.`;
  return `${number}.`;
}

function list(part, look) {
  const items = part.elements.map((item, place) =>
    el(
      "li",
      {},
      el("span.marker", { "aria-hidden": "true" }, marker(part, place)),
      el("span.line", {}, runs(item.elements, look)),
    ),
  );
  const tag = part.style === "ordered" ? "ol" : "ul";
  return el(`${tag}.rich-list.indent-${Math.min(part.indent || 0, 8)}`, {}, items);
}

const PARTS = {
  rich_text_section: (part, look) => el("div.rich-section", {}, runs(part.elements, look)),
  rich_text_list: list,
  rich_text_quote: (part, look) => el("blockquote", {}, runs(part.elements, look)),
  rich_text_preformatted: (part, look) => el("pre", {}, runs(part.elements, look)),
};

/** A rich_text block or cell. */
export function richText(block, look) {
  return block.elements.map((part) => {
    const draw = PARTS[part.type];
    return draw ? draw(part, look) : el("div.not-drawn", {}, `not drawn: ${part.type}`);
  });
}
