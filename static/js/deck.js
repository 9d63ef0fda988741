// Arrow keys move through the slides: they press the buttons that stand there.
(() => {
  "use strict";
  document.addEventListener("keydown", (event) => {
    if (event.target.closest("input, textarea, select, [contenteditable]")) return;
    const step = { ArrowRight: 1, PageDown: 1, ArrowLeft: -1, PageUp: -1 }[event.key];
    if (!step || event.altKey || event.ctrlKey || event.metaKey) return;
    const button = document.querySelector(`[data-deck] [data-step="${step}"]:not([disabled])`);
    if (!button) return;
    event.preventDefault();
    button.click();
  });
})();
