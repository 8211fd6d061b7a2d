// Text objects and mrkdwn, read by Slack's rules: https://docs.slack.dev/messaging/formatting-message-text
//
// `look` is what the reader brings: people, channels, me, zone. `parsed` says what plain letters become: with
// `true` links, pings and channels (`verbatim: false`, the default), with "links" links alone (a message's
// top-level text), with `false` nothing.

import { dateText } from "./dates.js";
import { el, link } from "./dom.js";
import { emoji } from "./emoji.js";

const WORD = /[\p{L}\p{N}]/u;
const MARKS = { "*": "b", _: "i", "~": "s" };
const BARE_URL = /^https?:\/\/[^\s<>]*[^\s<>.,;:!?'")\]*_~]/;
const BARE_DOMAIN = /^[a-z0-9][a-z0-9-]*(?:\.[a-z0-9-]+)*\.(?:com|org|net|io|dev|eu|de|in|co|app)\b(?:\/[^\s<>]*)?/i;

function unescaped(text) {
  return text.replace(/&(amp|lt|gt);/g, (whole, name) => ({ amp: "&", lt: "<", gt: ">" })[name]);
}

/** A ping, drawn so that one made by mistake is seen at once. */
export function ping(range) {
  const title = "This notifies everybody here";
  return el("span.ping", { "data-ping": range, title }, `@${range}`);
}

/** A mention of a person. */
export function mention(id, look) {
  const person = look.people.get(id);
  const mine = id === look.me ? ".me" : "";
  return el(`span.mention${mine}`, { "data-user": id }, `@${person ? person.name : id === look.app.user ? look.app.name : id}`);
}

/** A mention of a channel. */
export function channelMention(id, label, look) {
  const channel = look.channels.get(id);
  return el("span.mention", { "data-channel": id }, channel ? `#${channel.name}` : label ? `#${label}` : "private channel");
}

function angled(inside, look) {
  const bar = inside.indexOf("|");
  const target = bar < 0 ? inside : inside.slice(0, bar);
  const label = bar < 0 ? "" : unescaped(inside.slice(bar + 1));
  if (target.startsWith("@")) return mention(target.slice(1), look);
  if (target.startsWith("#")) return channelMention(target.slice(1), label, look);
  if (target.startsWith("!subteam^")) return ping(label.replace(/^@/, "") || target.slice(9));
  const date = /^!date\^(\d+)\^([^^]*)(?:\^(.*))?$/.exec(target);
  if (date) {
    const words = dateText(Number(date[1]), date[2], look.zone) ?? label;
    return date[3] ? link(unescaped(date[3]), words) : el("span.date", { title: label }, words);
  }
  if (/^!(here|channel|everyone)$/.test(target)) return ping(target.slice(1));
  if (/^[a-z][a-z0-9+.-]*:/i.test(target)) {
    const url = unescaped(target);
    return link(url, label || url.replace(/^mailto:/, ""));
  }
  return `<${unescaped(inside)}>`;
}

/** Where the emphasis that opens at `at` closes, or -1. */
function closing(text, at) {
  const mark = text[at];
  if (at > 0 && (WORD.test(text[at - 1]) || text[at - 1] === mark)) return -1;
  if (!text[at + 1] || /\s/.test(text[at + 1]) || text[at + 1] === mark) return -1;
  for (let end = at + 2; end < text.length && text[end] !== "\n"; end += 1) {
    if (text[end] === "<") {
      const after = text.indexOf(">", end);
      if (after > 0) end = after;
    } else if (text[end] === mark && !/\s/.test(text[end - 1]) && !WORD.test(text[end + 1] || " ")) return end;
  }
  return -1;
}

function bare(rest, before, look, parsed) {
  const shout = parsed === true && /^@(here|channel|everyone)\b/.exec(rest);
  if (shout) return [ping(shout[1]), shout[0].length];
  const named = parsed === true && /^#([\p{L}\p{N}_-]+)/u.exec(rest);
  const channel = named && [...look.channels.values()].find((one) => one.name === named[1]);
  if (channel) return [channelMention(channel.id, "", look), named[0].length];
  const url = BARE_URL.exec(rest);
  if (url) return [link(unescaped(url[0]), unescaped(url[0])), url[0].length];
  const domain = before === "@" ? null : BARE_DOMAIN.exec(rest);
  return domain ? [link(`http://${unescaped(domain[0])}`, unescaped(domain[0])), domain[0].length] : null;
}

/** One special thing at this place of the text: [node, its length], or null. */
function special(text, at, look, parsed) {
  const char = text[at];
  const rest = text.slice(at);
  if (char === "`") {
    const span = /^`([^`\n]+)`/.exec(rest);
    return span && [el("code", {}, unescaped(span[1])), span[0].length];
  }
  if (char === "<") {
    const token = /^<([^<>\n]+)>/.exec(rest);
    return token && [angled(token[1], look), token[0].length];
  }
  if (char === ":") {
    const named = /^:([a-z0-9_+'-]+(?:::skin-tone-\d)?):/.exec(rest);
    const drawn = named && emoji(named[1]);
    return drawn && [drawn, named[0].length];
  }
  if (char === "&") {
    const entity = /^&(?:amp|lt|gt);/.exec(rest);
    return entity && [unescaped(entity[0]), entity[0].length];
  }
  if (MARKS[char]) {
    const end = closing(text, at);
    return end > 0 && [el(MARKS[char], {}, inline(text.slice(at + 1, end), look, parsed)), end + 1 - at];
  }
  const startsWord = at === 0 || !(WORD.test(text[at - 1]) || "@.-/".includes(text[at - 1]));
  return parsed && startsWord ? bare(rest, text[at - 1], look, parsed) : null;
}

/** The nodes of one run of mrkdwn without code fences and quotes. */
function inline(text, look, parsed) {
  const nodes = [];
  let plain = "";
  const flush = () => {
    if (plain) nodes.push(plain);
    plain = "";
  };
  for (let at = 0; at < text.length; ) {
    if (text[at] === "\n") {
      flush();
      nodes.push(el("br"));
      at += 1;
      continue;
    }
    const found = special(text, at, look, parsed);
    if (found) {
      flush();
      nodes.push(found[0]);
      at += found[1];
    } else {
      plain += text[at];
      at += 1;
    }
  }
  flush();
  return nodes;
}

/** Lines that begin with a `>`, escaped or not, become quotes. */
function quoted(text, look, parsed) {
  const nodes = [];
  let quote = null;
  let lines = [];
  const flush = () => {
    if (!lines.length) return;
    const inner = inline(lines.join("\n"), look, parsed);
    nodes.push(quote ? el("blockquote", {}, inner) : el("span", {}, inner));
    lines = [];
  };
  for (const line of text.split("\n")) {
    const mark = /^(?:&gt;|>) ?/.exec(line);
    if (Boolean(mark) !== quote) flush();
    quote = Boolean(mark);
    lines.push(mark ? line.slice(mark[0].length) : line);
  }
  flush();
  return nodes;
}

/** The nodes of a mrkdwn text. */
export function mrkdwn(text, look, parsed = true) {
  return text
    .split(/```\n?([\s\S]+?)\n?```/)
    .flatMap((piece, place) =>
      place % 2 ? [el("pre", {}, unescaped(piece))] : piece === "" ? [] : quoted(piece, look, parsed),
    );
}

/** Plain text: emoji names become emoji unless `emoji` is false; everything else stays as it is. */
export function plain(text, withEmoji = true) {
  if (!withEmoji) return [text];
  return text.split(/(:[a-z0-9_+'-]+:)/).map((piece) => {
    const named = piece.startsWith(":") && piece.length > 2;
    return (named && emoji(piece.slice(1, -1))) || piece;
  });
}

/** A text object of either kind. */
export function textObject(text, look) {
  if (!text) return [];
  return text.type === "mrkdwn" ? mrkdwn(text.text, look, !text.verbatim) : plain(text.text, text.emoji !== false);
}
