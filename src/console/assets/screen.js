// Keeps a buyer's screen true: shows each snapshot of the stream, counts down by the server's clock, and takes a code
// away when it can't be confirmed any more. All words and drawings come from the server.
"use strict";

(() => {
  const page = document.documentElement.dataset;
  const stage = document.getElementById("stage");
  const lost = document.getElementById("lost");
  const spoken = document.getElementById("spoken");

  // Two signs of life missed, and a little for the way: from then on nothing on the screen is certain.
  const SILENCE_MS = 2 * Number(page.beatMs) + 1000;
  const RECONNECT_MS = 3000;
  const TICK_MS = 200;
  const ENDING_S = 30;
  const HOME_MS = 30000;

  let clock = { server: Number(page.nowMs), own: performance.now() };
  let heardAt = performance.now();
  let openedAt = performance.now();
  let version = 0;
  let drawn = null;
  let lostSince = null;
  let stream = null;
  let state = null;
  let idleSince = null;

  const serverNow = () => clock.server + (performance.now() - clock.own);

  // Drawing

  function draw(key, html, amount, spare) {
    if (drawn === key) return;
    drawn = key;
    const test = spare ? stage.querySelector(".test") : null;
    stage.innerHTML = html;
    if (test) keepTest(test);
    const field = stage.querySelector(".amount[hidden]");
    if (field && amount) {
      field.textContent = amount;
      field.className = "amount amount-m";
      field.hidden = false;
    }
    const title = stage.querySelector("[data-spoken]");
    spoken.textContent = title ? title.textContent : "";
    fit();
    tick();
  }

  // What the page draws by itself is of the payment that it was showing: test money stays marked.
  function keepTest(test) {
    const face = stage.querySelector(".face");
    face.classList.add("with-test");
    face.insertBefore(test, face.children[1] ?? null);
  }

  function drawSpare(name) {
    const amount = stage.querySelector(".amount");
    draw(name, document.getElementById(name).innerHTML, name === "checking" && amount ? amount.textContent : "", true);
  }

  // Whole device pixels a module, on whole device pixels: the symbol is never smoothed.
  function fit() {
    const box = stage.querySelector(".symbol");
    if (!box) return;
    const picture = box.querySelector("svg");
    const ratio = window.devicePixelRatio || 1;
    const modules = Number(box.dataset.modules);
    const pixels = Math.floor((Math.min(box.clientWidth, box.clientHeight) * ratio) / modules);
    if (pixels < 1) return;
    const side = `${(pixels * modules) / ratio}px`;
    picture.style.cssText = `width:${side};height:${side};position:relative;left:0;top:0`;
    const place = picture.getBoundingClientRect();
    const shift = (at) => `${(Math.round(at * ratio) - at * ratio) / ratio}px`;
    picture.style.left = shift(place.left);
    picture.style.top = shift(place.top);
  }

  // Time

  function tick() {
    const now = performance.now();
    if (now - heardAt > SILENCE_MS) {
      drawSpare("offline");
      lost.hidden = true;
      if (now - openedAt > RECONNECT_MS) connect();
      return;
    }
    lost.hidden = lostSince === null || now - lostSince < 2000;
    countDown();
  }

  function countDown() {
    const face = stage.querySelector(".clock");
    if (!face) return;
    const expires = Number(face.dataset.expiresMs);
    const left = expires - serverNow();
    // Not "failed": only the server knows whether it was paid in the last second.
    if (left <= 0) return drawSpare("checking");
    const seconds = Math.ceil(left / 1000);
    const text = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    const field = face.querySelector(".left");
    if (field.textContent !== text) field.textContent = text;
    const whole = Math.max(1, expires - Number(face.dataset.shownMs));
    face.querySelector(".bar-left").style.transform = `scaleX(${Math.min(1, left / whole)})`;
    face.classList.toggle("ending", seconds <= ENDING_S);
  }

  // The stream

  function connect() {
    if (stream) stream.close();
    openedAt = performance.now();
    stream = new EventSource(page.events);
    stream.onopen = () => { version = 0; };
    stream.addEventListener("screen", (event) => take(JSON.parse(event.data)));
    stream.onerror = () => {
      if (lostSince === null) lostSince = performance.now();
      // After a refusal the browser gives up by itself; the server may be starting.
      if (stream.readyState === EventSource.CLOSED) setTimeout(connect, RECONNECT_MS);
    };
  }

  function take(snapshot) {
    if (snapshot.version < version) return;
    version = snapshot.version;
    heardAt = performance.now();
    lostSince = null;
    clock = { server: snapshot.now_ms, own: heardAt };
    // A newer service has newer pages; nobody is in the middle of paying while the screen is idle.
    if (snapshot.edition !== page.edition && snapshot.view.state === "idle") return location.reload();
    if (snapshot.view.state !== state) {
      state = snapshot.view.state;
      sound(state);
    }
    draw(JSON.stringify(snapshot.view), snapshot.html, "", false);
    goHome();
  }

  // A buyer's choice of language is over with the buyer.
  function goHome() {
    if (state !== "idle") idleSince = null;
    else idleSince ??= performance.now();
    if (page.home && idleSince !== null && performance.now() - idleSince > HOME_MS) location.replace(page.home);
  }

  // Sound: two tones up for paid, one low tone for every other end. A browser that forbids it stays silent.

  const TONES = { paid: [660, 880], declined: [220], failed: [220], expired: [220], review: [220, 220] };

  function sound(end) {
    const tones = page.sound === undefined ? undefined : TONES[end];
    if (!tones || typeof AudioContext === "undefined") return;
    const audio = new AudioContext();
    tones.forEach((hertz, index) => {
      const [tone, volume, at] = [audio.createOscillator(), audio.createGain(), audio.currentTime + 0.2 * index];
      tone.frequency.value = hertz;
      volume.gain.setValueAtTime(0.25, at);
      volume.gain.exponentialRampToValueAtTime(0.001, at + 0.35);
      tone.connect(volume).connect(audio.destination);
      tone.start(at);
      tone.stop(at + 0.4);
    });
    setTimeout(() => audio.close(), 1500);
  }

  // Buttons

  document.addEventListener("submit", (event) => {
    event.preventDefault();
    const form = event.target;
    const buttons = [...form.querySelectorAll("button")];
    const body = new URLSearchParams(new FormData(form, event.submitter));
    const disable = (disabled) => buttons.forEach((button) => { button.disabled = disabled; });
    disable(true);
    const again = () => disable(false);
    const done = () => {
      if (!form.matches(".rating")) return;
      event.submitter?.classList.add("chosen");
      form.querySelector(".rate-ask").hidden = true;
      form.querySelector(".rate-thanks").hidden = false;
    };
    fetch(form.action, { method: "POST", body, redirect: "manual" })
      .then((answer) => (answer.status >= 400 ? again() : done()))
      .catch(again);
  });

  // A page taken from the browser's memory may hold a code of yesterday.
  window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
  window.addEventListener("resize", fit);

  fit();
  connect();
  setInterval(tick, TICK_MS);
  tick();
})();
