// Small comforts: pages are right without them.
"use strict";

// What is to be entered elsewhere gets a button that copies it. Browsers let pages copy only over TLS or on this machine.
const words = document.body.dataset;
for (const code of document.querySelectorAll("code[data-copy]")) {
  if (!navigator.clipboard || !words.copy) break;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "quiet copy";
  button.textContent = words.copy;
  button.setAttribute("aria-label", words.copy + ": " + code.textContent);
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(code.textContent);
    button.textContent = words.copied;
    setTimeout(() => { button.textContent = words.copy; }, 1500);
  });
  code.after(button);
}

// The first message of a form that was refused.
document.querySelector(".is-wrong input, .is-wrong select, .is-wrong textarea")?.focus();
