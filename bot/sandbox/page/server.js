// Talks to the stand-in's own routes.

const busy = new Set();

/** Post to a control route; resolves to its JSON. While it runs, the page shows a quiet sign. */
export async function post(route, body) {
  const mark = {};
  busy.add(mark);
  document.body.classList.add("busy");
  try {
    const answer = await fetch(`/_sandbox/${route}`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    return await answer.json();
  } catch {
    return {};
  } finally {
    busy.delete(mark);
    document.body.classList.toggle("busy", busy.size > 0);
  }
}

/** What one person sees in one place; null when the server does not answer. */
export async function state(user, place) {
  try {
    const answer = await fetch(`/_sandbox/state?${new URLSearchParams({ user, place })}`);
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
}

/** Calls `heard` with {version, writes} whenever something has changed; it reconnects by itself. */
export function listen(heard, connected) {
  const stream = new EventSource("/_sandbox/stream");
  stream.onmessage = (event) => heard(JSON.parse(event.data));
  stream.onopen = () => connected(true);
  stream.onerror = () => connected(false);
}
