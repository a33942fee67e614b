"use strict";

// The buyer's page: shows one code of the simulator and does with it what a buyer's bank would do.

const byId = (id) => document.getElementById(id);
const page = { texts: {}, language: "ru", payload: null, code: null, paid: new Set() };

const text = (key) => page.texts[page.language]?.[key] ?? key;

function show(id, visible) {
  byId(id).hidden = !visible;
}

// Minor units to roubles by text alone.
function money(minor) {
  const digits = String(minor).padStart(3, "0");
  const whole = digits.slice(0, -2).replace(/\B(?=(\d{3})+$)/g, "\u00a0");
  return `${whole},${digits.slice(-2)}\u00a0₽`;
}

// Roubles as typed to minor units, or null.
function minorUnits(typed) {
  const parts = /^(\d{1,12})(?:[.,](\d{1,2}))?$/.exec(typed.replace(/\s/g, ""));
  return parts ? Number(parts[1] + (parts[2] ?? "").padEnd(2, "0")) : null;
}

function timeLeft(expiresAt) {
  if (!expiresAt) return text("no_expiry");
  const seconds = Math.max(0, Math.floor((Date.parse(expiresAt) - Date.now()) / 1000));
  const two = (number) => String(number).padStart(2, "0");
  const clock = `${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return seconds < 3600 ? clock : `${Math.floor(seconds / 3600)}:${clock}`;
}

async function ask(path, body) {
  const request = body && {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  };
  try {
    const answer = await fetch(path, request);
    const content = await answer.json();
    return answer.ok ? { content } : { error: content.error ?? "bad_request" };
  } catch {
    return { error: "network" };
  }
}

function translate() {
  document.documentElement.lang = page.language;
  document.title = text("title");
  for (const element of document.querySelectorAll("[data-text]")) {
    element.textContent = text(element.dataset.text);
  }
  byId("payload").placeholder = text("paste_hint");
}

function tell(words, mood) {
  const result = byId("result");
  result.textContent = words;
  result.className = mood;
  result.hidden = !words;
}

function remember(words, amount) {
  const row = document.createElement("li");
  const what = document.createElement("span");
  const when = document.createElement("span");
  what.textContent = `${words} · ${money(amount)}`;
  when.textContent = new Date().toLocaleTimeString(page.language);
  when.className = "faint";
  row.append(what, when);
  byId("history").prepend(row);
  show("history-card", true);
}

const moods = { NEW: "good", PAID: "good", IN_PROGRESS: "wait", CANCELLED: "bad", EXPIRED: "bad", INACTIVE: "wait" };

function paintCode() {
  const code = page.code;
  const inProgress = code.status === "IN_PROGRESS";
  byId("kind").textContent = text(`kind_${code.kind}`);
  byId("status").textContent = text(`status_${code.status}`);
  byId("status").className = `pill ${moods[code.status] ?? ""}`;
  byId("sum").textContent = code.amount === null ? text("open_amount") : money(code.amount);
  byId("sum").className = code.amount === null ? "words" : "";
  for (const field of ["order", "bank", "qr"]) byId(field).textContent = code[field] ?? "—";
  byId("purpose").textContent = code.purpose ?? code.description ?? "—";
  byId("expires").textContent = timeLeft(code.expires_at);
  show("open-amount", code.kind === "static" && code.amount === null);
  const again = code.kind === "static" && page.paid.has(code.qr);
  byId("pay").textContent = text(inProgress ? "finish" : again ? "pay_again" : "pay");
}

function paintCodes(codes) {
  const list = byId("codes");
  list.replaceChildren(
    ...codes.map((code) => {
      const row = document.createElement("li");
      const button = document.createElement("button");
      const name = document.createElement("span");
      const small = document.createElement("small");
      const sum = document.createElement("b");
      button.type = "button";
      name.textContent = code.purpose ?? text(`kind_${code.kind}`);
      small.textContent = code.order ?? code.qr;
      sum.textContent = code.amount === null ? "" : money(code.amount);
      name.append(small);
      button.append(name, sum);
      button.addEventListener("click", () => open(code.payload));
      row.append(button);
      return row;
    }),
  );
  show("no-codes", codes.length === 0);
}

async function refresh() {
  if (page.payload) {
    const { content } = await ask(`/buyer/code?payload=${encodeURIComponent(page.payload)}`);
    if (content && page.payload) {
      page.code = content;
      paintCode();
    }
  } else {
    const { content } = await ask("/buyer/codes");
    if (content) paintCodes(content.codes);
  }
}

async function open(payload) {
  const { content, error } = await ask(`/buyer/code?payload=${encodeURIComponent(payload)}`);
  byId("payload").setCustomValidity(error ? text(`error_${error}`) : "");
  if (error) return void byId("payload").reportValidity();
  page.payload = payload;
  page.code = content;
  history.replaceState(null, "", `/buyer?payload=${encodeURIComponent(payload)}`);
  tell("", "");
  paintCode();
  show("choose", false);
  show("code", true);
}

function close() {
  page.payload = null;
  history.replaceState(null, "", "/buyer");
  byId("payload").value = "";
  show("code", false);
  show("choose", true);
  refresh();
}

async function act(deed, more = {}) {
  const body = { payload: page.payload, ...more };
  if (!byId("open-amount").hidden) {
    const amount = minorUnits(byId("amount").value);
    if (amount === null) return tell(text("error_amount_needed"), "bad");
    body.amount = amount;
  }
  const { content, error } = await ask(`/buyer/${deed}`, body);
  if (error) {
    tell(text(`error_${error}`), "bad");
  } else {
    const words = text(`result_${content.status}`);
    tell(words, { SUCCESS: "good", DECLINED: "bad" }[content.status] ?? "wait");
    remember(words, content.amount);
    if (content.status === "SUCCESS") page.paid.add(content.qr);
  }
  refresh();
}

async function start() {
  page.texts = await (await fetch("/buyer/messages.json")).json();
  const asked = new URLSearchParams(location.search).get("lang") ?? localStorage.getItem("language");
  page.language = page.texts[asked] ? asked : "ru";
  translate();
  byId("language").addEventListener("click", () => {
    page.language = page.language === "ru" ? "en" : "ru";
    localStorage.setItem("language", page.language);
    translate();
    refresh();
  });
  byId("paste").addEventListener("submit", (event) => {
    event.preventDefault();
    open(byId("payload").value);
  });
  byId("payload").addEventListener("input", () => byId("payload").setCustomValidity(""));
  byId("pay").addEventListener("click", () => act("pay"));
  byId("scan").addEventListener("click", () => act("scan"));
  byId("decline").addEventListener("click", () => act("decline"));
  byId("late").addEventListener("click", () => {
    const seconds = Number.parseInt(byId("delay").value, 10);
    act("pay", { delay_ms: 1000 * (Number.isFinite(seconds) && seconds > 0 ? seconds : 15) });
  });
  byId("back").addEventListener("click", close);
  const payload = new URLSearchParams(location.search).get("payload");
  if (payload) {
    byId("payload").value = payload;
    await open(payload);
  }
  refresh();
  setInterval(refresh, 1000);
}

start();
