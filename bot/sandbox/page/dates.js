// Dates as Slack writes them, in the zone of the person who looks.

const DAY = 86_400_000;
let ahead = 0;

/** Take over the stand-in's clock, which may have been put forward; seconds since 1970. */
export function setNow(seconds) {
  ahead = seconds * 1000 - Date.now();
}

/** What time it is by the stand-in's clock. */
export function now() {
  return new Date(Date.now() + ahead);
}

function part(moment, zone, options) {
  return new Intl.DateTimeFormat("en-US", { timeZone: zone, ...options }).format(moment);
}

function ordinal(day) {
  const rest = day % 100 > 10 && day % 100 < 14 ? 0 : day % 10;
  return `${day}${["th", "st", "nd", "rd"][rest] || "th"}`;
}

/** The day of a moment in a zone, as 2026-11-24. */
export function dayKey(moment, zone) {
  return new Intl.DateTimeFormat("en-CA", { timeZone: zone }).format(moment);
}

/** Today, Yesterday, Tomorrow, or nothing. */
export function nearDay(moment, zone) {
  const key = dayKey(moment, zone);
  const near = { Yesterday: -DAY, Today: 0, Tomorrow: DAY };
  return Object.keys(near).find((name) => dayKey(new Date(now().getTime() + near[name]), zone) === key) || "";
}

/** 9:05 AM */
export function clock(moment, zone, seconds = false) {
  const more = seconds ? { second: "2-digit" } : {};
  return part(moment, zone, { hour: "numeric", minute: "2-digit", ...more }).replace(/\u202f/g, " ");
}

function ago(moment) {
  const seconds = Math.round((now() - moment) / 1000);
  const units = [["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];
  const [unit, size] = units.find(([, length]) => Math.abs(seconds) >= length) || units[3];
  const count = Math.round(Math.abs(seconds) / size);
  const words = `${count} ${unit}${count === 1 ? "" : "s"}`;
  return seconds < 0 ? `in ${words}` : `${words} ago`;
}

function token(name, moment, zone) {
  const day = () => ordinal(Number(part(moment, zone, { day: "numeric" })));
  const month = (length) => part(moment, zone, { month: length });
  const year = () => part(moment, zone, { year: "numeric" });
  if (name.endsWith("_pretty")) {
    return nearDay(moment, zone) || token(name.replace("_pretty", ""), moment, zone);
  }
  const known = {
    date_num: () => dayKey(moment, zone),
    date_slash: () => part(moment, zone, { month: "2-digit", day: "2-digit", year: "numeric" }),
    date: () => `${month("long")} ${day()}, ${year()}`,
    date_short: () => part(moment, zone, { month: "short", day: "numeric", year: "numeric" }),
    date_long: () => `${part(moment, zone, { weekday: "long" })}, ${month("long")} ${day()}, ${year()}`,
    day_brief: () => part(moment, zone, { weekday: "short", month: "short", day: "numeric" }),
    day_divider: () => part(moment, zone, { weekday: "long", month: "long", day: "numeric" }),
    time: () => clock(moment, zone),
    time_secs: () => clock(moment, zone, true),
    ago: () => ago(moment),
  };
  return known[name]?.();
}

/** A format such as "{date_short} at {time}" filled in; undefined when it holds a token nobody knows. */
export function dateText(unix, format, zone) {
  const moment = new Date(unix * 1000);
  let sound = !Number.isNaN(moment.getTime());
  const filled = format.replace(/\{(\w+)\}/g, (whole, name) => {
    const found = sound ? token(name, moment, zone) : undefined;
    sound = sound && found !== undefined;
    return found ?? "";
  });
  return sound ? filled : undefined;
}
