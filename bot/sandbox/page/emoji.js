// Names of emoji and what they look like. A name that is not here is shown as it was written.

import { el, icon } from "./dom.js";

const TABLE = `
white_check_mark ✅|heavy_check_mark ✔️|warning ⚠️|hourglass_flowing_sand ⏳|hourglass ⌛|x ❌|no_entry ⛔
triangular_flag_on_post 🚩|checkered_flag 🏁|tada 🎉|sparkles ✨|fire 🔥|boom 💥|eyes 👀|wave 👋|pray 🙏|clap 👏
+1 👍|thumbsup 👍|-1 👎|thumbsdown 👎|ok_hand 👌|muscle 💪|raised_hands 🙌|point_right 👉|point_left 👈
point_up ☝️|point_down 👇|smile 😄|smiley 😃|grinning 😀|laughing 😆|joy 😂|wink 😉|blush 😊|slightly_smiling_face 🙂
thinking_face 🤔|cry 😢|sob 😭|rage 😡|scream 😱|sunglasses 😎|heart ❤️|broken_heart 💔|star ⭐|star2 🌟|zap ⚡
rocket 🚀|bulb 💡|bell 🔔|no_bell 🔕|lock 🔒|unlock 🔓|key 🔑|link 🔗|mag 🔍|mag_right 🔎|wrench 🔧|hammer 🔨|gear ⚙️
wastebasket 🗑️|pencil ✏️|pencil2 ✏️|memo 📝|clipboard 📋|calendar 📆|date 📅|clock1 🕐|clock9 🕘|stopwatch ⏱️
alarm_clock ⏰|mailbox 📫|email ✉️|envelope ✉️|inbox_tray 📥|outbox_tray 📤|package 📦|telephone ☎️|phone ☎️|iphone 📱
computer 💻|bust_in_silhouette 👤|busts_in_silhouette 👥|office 🏢|house 🏠|globe_with_meridians 🌐|earth_africa 🌍
chart_with_upwards_trend 📈|bar_chart 📊|moneybag 💰|credit_card 💳|information_source ℹ️|question ❓|exclamation ❗
bangbang ‼️|red_circle 🔴|large_blue_circle 🔵|large_green_circle 🟢|large_yellow_circle 🟡|white_circle ⚪|black_circle ⚫
arrow_right ➡️|arrow_left ⬅️|arrow_up ⬆️|arrow_down ⬇️|arrows_counterclockwise 🔄|recycle ♻️|heavy_plus_sign ➕
heavy_minus_sign ➖|100 💯|coffee ☕|dog 🐶|cat 🐱|bug 🐛|ghost 👻|robot_face 🤖|snowflake ❄️|sunny ☀️|umbrella ☂️
`;

const BY_NAME = new Map(
  TABLE.split(/[|\n]/)
    .filter(Boolean)
    .map((pair) => pair.split(" ")),
);

// These four say what state a thing is in, so they look right also where no emoji font is installed.
const DRAWN = new Set(["white_check_mark", "warning", "hourglass_flowing_sand", "triangular_flag_on_post"]);

/** The emoji of this name as an element; null when the name is not known. */
export function emoji(name) {
  const character = BY_NAME.get(name.split("::")[0]);
  if (!character) return null;
  return el("span.emoji", { role: "img", "aria-label": name.replaceAll("_", " ") }, DRAWN.has(name) ? icon(name) : character);
}
