// Small comforts: pages are right without them.
"use strict";

// What is to be entered elsewhere gets a button that copies it.
for (const code of document.querySelectorAll("code[data-copy]")) {
  if (!navigator.clipboard) break;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "quiet copy";
  button.textContent = "⧉";
  button.setAttribute("aria-label", "⧉ " + code.textContent);
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(code.textContent);
    button.textContent = "✓";
    setTimeout(() => { button.textContent = "⧉"; }, 1500);
  });
  code.after(button);
}

// The first message of a form that was refused.
document.querySelector(".is-wrong input, .is-wrong select, .is-wrong textarea")?.focus();
