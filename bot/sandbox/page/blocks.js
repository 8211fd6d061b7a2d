// Draws blocks as Slack does: https://docs.slack.dev/reference/block-kit/blocks

import { control } from "./controls.js";
import { el } from "./dom.js";
import { richText } from "./rich.js";
import { textObject } from "./text.js";

function unknown(block) {
  return el(".block.not-drawn", { "data-block-id": block.block_id }, `not drawn: ${block.type}`);
}

function section(block, scene) {
  const text = block.text && el(".section-text", {}, textObject(block.text, scene.look));
  const fields = block.fields && el(".fields", {}, block.fields.map((one) => el(".one-field", {}, textObject(one, scene.look))));
  const accessory = block.accessory && el(`.accessory.holds-${block.accessory.type}`, {}, control(block, block.accessory, scene));
  return el(".section", {}, el(".section-body", {}, text, fields), accessory);
}

function context(block, scene) {
  const parts = block.elements.map((one) =>
    one.type === "image"
      ? el("img.context-image", { src: one.image_url, alt: one.alt_text })
      : el("span.context-text", {}, textObject(one, scene.look)),
  );
  return el(".context", {}, parts);
}

function image(block, scene) {
  return el(
    "figure.picture",
    {},
    block.title && el("figcaption", {}, textObject(block.title, scene.look)),
    el("img", { src: block.image_url, alt: block.alt_text }),
  );
}

function input(block, scene) {
  const error = scene.errors?.[block.block_id];
  return el(
    `.input${error ? ".wrong" : ""}`,
    {},
    el(".label", { "aria-hidden": "true" }, textObject(block.label, scene.look), block.optional && el("small", {}, " (optional)")),
    control(block, block.element, scene),
    error && el(".error", { role: "alert" }, error),
    block.hint && el(".hint", {}, textObject(block.hint, scene.look)),
  );
}

function cellContent(cell, scene) {
  if (cell.type === "rich_text") return richText(cell, scene.look);
  if (cell.type === "raw_number") return String(cell.text ?? cell.value);
  return cell.type === "raw_text" ? cell.text : el("span.not-drawn", {}, `not drawn: ${cell.type}`);
}

function table(block, scene) {
  const settings = block.column_settings || [];
  const row = (cells, tag) =>
    el(
      "tr",
      {},
      cells.map((cell, column) => {
        const { align = "left", is_wrapped: wrapped } = settings[column] || {};
        const scope = tag === "th" ? { scope: "col" } : {};
        return el(`${tag}.${align}${wrapped ? ".wrapped" : ""}`, scope, cellContent(cell, scene));
      }),
    );
  const [head, ...rest] = block.rows;
  return el(
    ".table-frame",
    { tabindex: "0", role: "region", "aria-label": "Table" },
    el("table", {}, el("thead", {}, row(head, "th")), el("tbody", {}, rest.map((cells) => row(cells, "td")))),
  );
}

function container(block, scene) {
  const title = [el("b", {}, textObject(block.title, scene.look)), block.subtitle && el("small", {}, " ", textObject(block.subtitle, scene.look))];
  const inner = el(".container-body", {}, drawBlocks(block.child_blocks, scene));
  if (!block.is_collapsible) return el(".container", {}, el(".container-title", {}, title), inner);
  return el("details.container", { open: !block.default_collapsed }, el("summary.container-title", {}, title), inner);
}

const BLOCKS = {
  section,
  context,
  image,
  input,
  table,
  container,
  header: (block, scene) => el("h3.header", {}, textObject(block.text, scene.look)),
  divider: () => el("hr.divider"),
  actions: (block, scene) => el(".actions", {}, block.elements.map((raw) => control(block, raw, scene))),
  rich_text: (block, scene) => el(".rich-text", {}, richText(block, scene.look)),
  alert: (block, scene) => el(`.alert.${block.level || "default"}`, {}, textObject(block.text, scene.look)),
};

function drawBlock(block, scene) {
  const draw = BLOCKS[block.type];
  if (!draw) return unknown(block);
  const drawn = draw(block, scene);
  drawn.classList.add("block");
  drawn.setAttribute("data-block-id", block.block_id);
  return drawn;
}

/** The blocks of a message or view. */
export function drawBlocks(blocks, scene) {
  return blocks.map((block) => drawBlock(block, scene));
}
