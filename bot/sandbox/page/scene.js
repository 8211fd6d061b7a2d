// A message or view while it is drawn: knows its reader, sends its clicks, remembers what was filled in.

import { post } from "./server.js";
import { controlLabel } from "./controls.js";

const SEPARATOR = "\u0000";
const filled = new Map();

function place(key, block, raw) {
  return [key, block.block_id, raw.action_id].join(SEPARATOR);
}

/** What was filled in, by block_id and action_id. */
function given(key) {
  const values = {};
  for (const [name, value] of filled) {
    const [owner, block, action] = name.split(SEPARATOR);
    if (owner === key) (values[block] ||= {})[action] = value;
  }
  return values;
}

/** The scene of a message (`{ts}`) or a view (`{view, errors}`). */
export function makeScene(thing, look) {
  const { errors, ...ids } = thing;
  const key = ids.ts || ids.view;
  return {
    look,
    errors,
    kept: (block, raw) => filled.get(place(key, block, raw)),
    keep: (block, raw, value) => filled.set(place(key, block, raw), value),
    values: () => given(key),
    label: controlLabel,
    act: (block, raw, option) =>
      post("click", {
        ...ids,
        user: look.me,
        action_id: raw.action_id,
        block_id: block.block_id,
        value: raw.type === "button" ? raw.value : undefined,
        option,
        given: given(key),
      }),
  };
}
