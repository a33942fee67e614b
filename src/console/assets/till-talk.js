// How the till of demonstrations talks with the service: commands until they are answered, events for ever.
"use strict";

// `page` says which till this is; `kept.cursor` is the last event that was heard; `hear` takes each event, `line` whether the
// stream is up, `silent` that nobody answers.
function tillTalk(page, kept, { hear, line, silent }) {
  const REPEAT_MS = 2000;
  const SILENCE_MS = 5000;
  const pause = () => new Promise((go) => setTimeout(go, REPEAT_MS));

  async function call(method, path, body) {
    const headers = { authorization: `Bearer ${page.key}`, "content-type": "application/json" };
    const answer = await fetch(path, { method, headers, body: body && JSON.stringify(body) });
    const content = await answer.json();
    // Busy or broken: nothing is known, so the same call goes out again.
    if (answer.status >= 500 || answer.status === 429) throw new Error(content.code);
    return { ok: answer.ok, content };
  }

  const address = (operation) =>
    `/api/v1/payments/${encodeURIComponent(`op:${page.store}:${page.register}:${operation}`)}`;

  // A command until it is answered, however long that takes: it is always the same operation.
  async function ask(path, body, whileWanted) {
    const quiet = setTimeout(silent, SILENCE_MS);
    try {
      while (whileWanted()) {
        try {
          return await call("POST", path, body);
        } catch {
          await pause();
        }
      }
    } finally {
      clearTimeout(quiet);
    }
    return null;
  }

  // The stream needs a header, which EventSource can't send.
  async function listen() {
    for (;;) {
      const after = kept.cursor ? "" : "&after=latest";
      const path = `/api/v1/events?store=${page.store}&register=${page.register}${after}`;
      const headers = { authorization: `Bearer ${page.key}` };
      if (kept.cursor) headers["last-event-id"] = kept.cursor;
      try {
        const answer = await fetch(path, { headers });
        if (answer.ok) {
          line(true);
          await take(answer.body.getReader());
        }
      } catch { /* told below */ }
      line(false);
      await pause();
    }
  }

  async function take(reader) {
    const text = new TextDecoder();
    let rest = "";
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      const blocks = (rest + text.decode(value, { stream: true })).split("\n\n");
      rest = blocks.pop();
      for (const block of blocks) {
        const rows = block.split("\n");
        const field = (name) =>
          rows.filter((row) => row.startsWith(`${name}:`)).map((row) => row.slice(name.length + 1).trim()).join("\n");
        if (field("data")) hear(JSON.parse(field("data")), field("id"));
        else if (field("id")) kept.cursor = field("id"); // where the stream begins
      }
    }
  }

  // The picture needs the header, too, which an image can't send.
  async function picture(payment) {
    const answer = await fetch(`/qr/${payment}.svg`, { headers: { authorization: `Bearer ${page.key}` } });
    return answer.ok ? `data:image/svg+xml,${encodeURIComponent(await answer.text())}` : "";
  }

  return { call, ask, address, listen, picture };
}
