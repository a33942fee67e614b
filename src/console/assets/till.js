// The till of demonstrations: what a till's program does, over the HTTP API alone (till-talk.js). The service knows the truth:
// whatever is heard of the payment, its state is read anew and drawn. What is asked is remembered first, so that a page that
// was closed in the middle goes on with the same operation.
"use strict";

(() => {
  const page = JSON.parse(document.documentElement.dataset.page);
  const words = page.words;
  const byId = (id) => document.getElementById(id);

  // What survives a reload: the sale, the refund under way, the cursor of the events.
  const KEY = `till-${page.store}-${page.register}`;
  const kept = JSON.parse(localStorage.getItem(KEY) || "{}");
  const keep = (entries) => {
    Object.assign(kept, entries);
    localStorage.setItem(KEY, JSON.stringify(kept));
  };

  let cart = [];
  let state = null;
  let code = null;
  let turn = 0;

  // Money: minor units, moved as digits, never calculated with as fractions.

  const decimal = (minor) => {
    const digits = String(minor).padStart(page.exponent + 1, "0");
    const at = digits.length - page.exponent;
    return page.exponent ? `${digits.slice(0, at)}.${digits.slice(at)}` : digits;
  };
  const format = new Intl.NumberFormat(document.documentElement.lang, {
    style: "currency", currency: page.currency, currencyDisplay: "narrowSymbol",
  });
  const money = (minor) => format.format(decimal(minor));
  const point = format.formatToParts(1.5).find((part) => part.type === "decimal")?.value ?? ",";

  function typed() {
    const parts = /^(\d{1,12})(?:[.,](\d*))?$/.exec(byId("amount").value.replace(/\s/g, ""));
    if (!parts || (parts[2] || "").length > page.exponent) return null;
    return Number(parts[1] + (parts[2] || "").padEnd(page.exponent, "0")) || null;
  }

  const fresh = (kind) => `${kind}-${page.register}-${Date.now().toString(36)}-${Math.random().toString(36).slice(2, 8)}`;
  const total = () => cart.reduce((sum, line) => sum + line.price * line.count, 0);

  // The service

  const { call, ask, address, listen, picture } = tillTalk(page, kept, { hear, line, silent: () => tell("silent") });

  function hear(event, id) {
    if (id) keep({ cursor: id });
    note(event);
    const about = [event.operation, event.payment_operation];
    if (kept.pay && about.includes(kept.pay.operation)) read();
  }

  // Reads the state of the sale, and draws it. Of several readings only the last one counts.
  async function read() {
    if (!kept.pay) return;
    const mine = ++turn;
    try {
      const { ok, content } = await call("GET", address(kept.pay.operation));
      if (mine === turn && ok) draw(content);
    } catch { /* the next event, or the next connection, brings it */ }
  }

  // Selling

  function paintCart() {
    byId("receipt").replaceChildren(...cart.map((entry) => {
      const row = document.createElement("li");
      const name = document.createElement("span");
      const sum = document.createElement("b");
      const less = document.createElement("button");
      name.textContent = entry.count > 1 ? `${entry.name} × ${entry.count}` : entry.name;
      sum.textContent = money(entry.price * entry.count);
      less.type = "button";
      less.textContent = "−";
      less.ariaLabel = `${words.remove}: ${entry.name}`;
      less.addEventListener("click", () => {
        entry.count -= 1;
        cart = cart.filter((other) => other.count > 0);
        changed();
      });
      row.append(name, sum, less);
      return row;
    }));
    byId("empty").hidden = cart.length > 0;
    byId("pay").disabled = !typed();
  }

  function changed() {
    byId("amount").value = cart.length ? decimal(total()).replace(".", point) : "";
    paintCart();
  }

  function choose(button) {
    const { name, price } = button.dataset;
    const entry = cart.find((other) => other.name === name);
    if (entry) entry.count += 1;
    else cart.push({ name, price: Number(price), count: 1 });
    changed();
  }

  function items(amount) {
    if (!cart.length || total() !== amount) return [{ name: words["sum-line"], quantity: "1", price: amount, amount }];
    return cart.map(({ name, price, count }) => ({ name, quantity: String(count), price, amount: price * count }));
  }

  function pay() {
    const amount = typed();
    if (!amount) return byId("amount").focus();
    const number = (kept.number || 0) + 1;
    const receipt = String(number).padStart(6, "0");
    const outputs = [...document.querySelectorAll("[name=output]:checked")].map((box) => box.value);
    const body = {
      store: page.store, register: page.register, operation: fresh("pay"), receipt,
      payment_type: byId("type").value || null, qr: byId("kind").value, amount: { value: amount, currency: page.currency },
      show_on: outputs.length ? outputs : null, items: items(amount), cashier: words.cashier,
      purpose: `${words.purpose} ${receipt}`,
    };
    keep({ pay: body, number, refund: null, given: [] });
    begin();
  }

  async function begin() {
    const body = kept.pay;
    state = null;
    mode("pay");
    byId("sum").textContent = money(body.amount.value);
    byId("late").hidden = byId("clock").hidden = byId("symbol").hidden = byId("test").hidden = true;
    tell("asking");
    show({ cancel: true });
    const answer = await ask("/api/v1/payments", body, () => kept.pay === body && !state);
    if (!answer || kept.pay !== body) return;
    if (answer.ok) return read();
    refuse(answer.content);
    tell("rejected");
    show({ next: true });
  }

  // What is seen

  const mode = (name) => {
    document.body.dataset.mode = name;
    byId("sale").hidden = name !== "sale";
    byId("state").hidden = name === "sale";
    byId("refusal").hidden = true;
  };

  function tell(name, more) {
    byId("state").dataset.tone = name;
    byId("title").textContent = words[`${name}-title`];
    byId("text").textContent = more ?? words[`${name}-text`] ?? "";
  }

  const show = (deeds) => {
    for (const deed of ["cancel", "check", "next", "claim", "refund"]) byId(deed).hidden = !deeds[deed];
  };

  function refuse(problem) {
    byId("refusal").textContent = `${problem.code}: ${problem.detail || ""}`;
    byId("refusal").hidden = false;
  }

  const time = (text) => new Date(text).toLocaleTimeString(document.documentElement.lang);

  function drawSymbol(payment) {
    const symbol = byId("symbol");
    if (symbol.dataset.payment === payment) return;
    symbol.dataset.payment = payment;
    symbol.removeAttribute("src");
    picture(payment).then((source) => {
      if (symbol.dataset.payment === payment) symbol.src = source;
    }, () => delete symbol.dataset.payment); // drawn with the next state
  }

  function draw(now) {
    state = now;
    if (document.body.dataset.mode !== "pay") mode("pay");
    byId("sum").textContent = money((now.amount || kept.pay.amount).value);
    byId("test").hidden = !now.test;
    const end = { declined: 1, expired: 1, cancelled: 1, failed: 1 }[now.status];
    const isHere = kept.pay.show_on?.includes("register");
    if (now.status === "paid") tell("paid", now.test ? words["paid-test-text"] : words["paid-text"]);
    else if (now.status === "review") tell("review");
    else if (end) tell(now.status, now.certain ? words["over-text"] : words["uncertain-text"].replace("{time}", time(now.payable_until)));
    else if (now.status === "awaiting_payment") tell("waiting", isHere ? words["waiting-here-text"] : undefined);
    else tell(now.status === "accepted" ? "asking" : now.status);
    code = now.qr ? { ...now.qr, at: performance.now(), told: Date.parse(now.occurred_at) } : null;
    byId("symbol").hidden = !(code && isHere);
    if (code && isHere) {
      drawSymbol(now.payment);
    }
    byId("late").hidden = !now.handling;
    if (now.handling) byId("late").textContent = words[`late-${now.handling}`];
    const isOpen = !end && !["paid", "review"].includes(now.status);
    const credited = (now.credits || []).length > 0;
    show({
      cancel: isOpen && now.status !== "cancelling", check: now.status !== "paid", next: !isOpen,
      claim: now.handling === "offered", refund: now.status === "paid" && credited,
    });
    drawRefund(now);
    tick();
  }

  function tick() {
    byId("clock").hidden = !code;
    if (!code) return;
    const now = code.told + (performance.now() - code.at);
    const left = Math.max(0, Math.ceil((Date.parse(code.expires_at) - now) / 1000));
    byId("clock").textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
  }

  // Giving back: one row a piece, so that two of three bottles can come back.

  const pieces = () => kept.pay.items.flatMap((item, place) => {
    const count = item.price * Number(item.quantity) === item.amount ? Number(item.quantity) : 1;
    return Array.from({ length: count }, (_, piece) => ({ id: `${place}.${piece}`, name: item.name, amount: item.amount / count }));
  });

  const chosen = () => [...document.querySelectorAll("#units input:checked")].map((box) => box.value);

  function drawRefund(now) {
    const left = now.amount.value - now.refunded_total.value;
    const under = (now.refunds || []).some((refund) => ["accepted", "pending"].includes(refund.status));
    const before = chosen();
    byId("units").replaceChildren(...pieces().map((piece) => {
      const row = document.createElement("li");
      const label = document.createElement("label");
      const box = document.createElement("input");
      const name = document.createElement("span");
      const sum = document.createElement("b");
      box.type = "checkbox";
      box.value = piece.id;
      box.disabled = kept.given.includes(piece.id) || under || left === 0;
      box.checked = before.includes(piece.id) && !box.disabled;
      row.className = kept.given.includes(piece.id) ? "gone" : "";
      name.textContent = piece.name;
      sum.textContent = money(piece.amount);
      label.append(box, name, sum);
      row.append(label);
      return row;
    }));
    byId("refunds").replaceChildren(...(now.refunds || []).map((refund) => {
      const row = document.createElement("li");
      row.dataset.status = refund.status;
      row.textContent = `${words[`refund-${refund.status}`]} · ${money(refund.amount.value)}${refund.reason ? ` · ${refund.reason}` : ""}`;
      return row;
    }));
    byId("give").disabled = under || left === 0;
    nameRefund();
  }

  function nameRefund() {
    const ids = chosen();
    const sum = pieces().filter((piece) => ids.includes(piece.id)).reduce((all, piece) => all + piece.amount, 0);
    const left = state.amount.value - state.refunded_total.value;
    byId("give").textContent = sum
      ? `${words["refund-selected"]} ${money(sum)}`
      : left ? `${words["refund-all"]} ${money(left)}` : words["refund-none"];
  }

  function give() {
    const ids = chosen();
    const back = pieces().filter((piece) => ids.includes(piece.id));
    const value = back.reduce((all, piece) => all + piece.amount, 0);
    const body = { operation: fresh("refund") };
    if (value) {
      body.amount = { value, currency: page.currency };
      body.items = back.map(({ name, amount }) => ({ name, quantity: "1", price: amount, amount }));
    }
    keep({ refund: { body, ids: value ? ids : pieces().map((piece) => piece.id) } });
    sendRefund();
  }

  async function sendRefund() {
    const { pay: of, refund } = kept;
    byId("give").disabled = true;
    byId("refusal").hidden = true;
    const answer = await ask(`${address(of.operation)}/refunds`, refund.body, () => kept.refund === refund);
    if (!answer || kept.refund !== refund) return;
    if (answer.ok) keep({ given: [...kept.given, ...refund.ids] });
    else refuse(answer.content);
    keep({ refund: null });
    read();
  }

  // The list of events

  function note(event) {
    const row = document.createElement("li");
    const details = document.createElement("details");
    const summary = document.createElement("summary");
    const at = document.createElement("time");
    const name = document.createElement("b");
    const body = document.createElement("pre");
    at.textContent = time(event.occurred_at);
    name.textContent = event.event;
    name.dataset.event = event.event;
    body.textContent = JSON.stringify(event, null, 2);
    summary.append(at, name);
    details.append(summary, body);
    row.append(details);
    byId("log").prepend(row);
    while (byId("log").children.length > 60) byId("log").lastElementChild.remove();
  }

  // A stream that is up again may have begun behind the last events: the state says what they were.
  function line(isUp) {
    byId("line").dataset.up = isUp;
    byId("line").textContent = isUp ? words.online : words.offline;
    if (isUp) read();
  }

  // Hands

  async function command(deed) {
    byId(deed).disabled = true;
    const body = deed === "cancel" ? { reason: words.cashier } : {};
    const answer = await ask(`${address(kept.pay.operation)}/${deed}`, body, () => Boolean(kept.pay));
    byId(deed).disabled = false;
    if (answer && !answer.ok) refuse(answer.content);
    else if (answer && !answer.content.payment) draw({ refunded_total: { value: 0 }, ...answer.content, amount: kept.pay.amount });
    read();
  }

  function next() {
    keep({ pay: null, refund: null });
    turn += 1;
    state = code = null;
    cart = [];
    changed();
    mode("sale");
    byId("amount").focus();
  }

  for (const button of byId("goods").children) {
    button.querySelector("b").textContent = money(Number(button.dataset.price));
    button.addEventListener("click", () => choose(button));
  }
  byId("amount").placeholder = decimal(0).replace(".", point);
  byId("amount").addEventListener("input", paintCart);
  byId("sale").addEventListener("submit", (event) => { event.preventDefault(); pay(); });
  byId("refund").addEventListener("submit", (event) => { event.preventDefault(); give(); });
  byId("units").addEventListener("change", nameRefund);
  byId("next").addEventListener("click", next);
  for (const deed of ["cancel", "check", "claim"]) byId(deed).addEventListener("click", () => command(deed));
  for (const select of byId("place").querySelectorAll("select")) select.addEventListener("change", () => byId("place").submit());
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !byId("cancel").hidden && !byId("state").hidden) command("cancel");
    if (event.key === "Enter" && !byId("next").hidden && event.target === document.body) next();
  });

  setInterval(tick, 250);
  // A code that is over is asked about: never decided by this clock.
  setInterval(() => { if (code && Date.parse(code.expires_at) + 30000 < code.told + (performance.now() - code.at)) command("check"); }, 15000);
  changed();
  mode("sale");
  line(false);
  if (kept.pay) begin();
  if (kept.pay && kept.refund) sendRefund();
  listen();
})();
