// The few things that HTML and htmx cannot say: clocks, the theme, copying.
(() => {
  "use strict";

  // --- Server time -----------------------------------------------------------
  // Every page and the stream of events carry the server's clock; clocks on screen
  // count on it, whatever the time of this machine.
  let offset = 0;
  const setServerTime = (milliseconds) => {
    if (Number.isFinite(milliseconds)) offset = milliseconds - Date.now();
  };
  const serverNow = () => Date.now() + offset;

  const two = (n) => String(n).padStart(2, "0");
  const format = (milliseconds) => {
    const sign = milliseconds < 0 ? "+" : "";
    const seconds = Math.abs(Math.round(milliseconds / 1000));
    const hours = Math.floor(seconds / 3600);
    const rest = `${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
    return sign + (hours ? `${hours}:${rest}` : rest);
  };

  // data-left: milliseconds left when data-at (server time) it was; still, or running.
  const tickCountdown = (element) => {
    const left = Number(element.dataset.left);
    const running = element.dataset.running === "true";
    const now = running ? left - (serverNow() - Number(element.dataset.at)) : left;
    element.textContent = format(now);
    element.classList.toggle("text-danger", now < 0);
  };
  // data-since: server time at which something began.
  const tickElapsed = (element) => {
    const seconds = Math.max(0, (serverNow() - Number(element.dataset.since)) / 1000);
    element.textContent = seconds.toLocaleString(document.documentElement.lang, {
      minimumFractionDigits: 1, maximumFractionDigits: 1,
    });
  };
  const tick = () => {
    document.querySelectorAll("[data-left]").forEach(tickCountdown);
    document.querySelectorAll("[data-since]").forEach(tickElapsed);
  };
  const readServerTime = (root) => {
    const element = root.querySelector?.("[data-server-time]");
    if (element) setServerTime(Number(element.dataset.serverTime));
  };
  readServerTime(document);
  tick();
  setInterval(tick, 250);
  document.addEventListener("server-time", (event) => setServerTime(event.detail));
  document.addEventListener("htmx:afterSettle", tick);

  // --- What is unfolded stays so when a part of the page is replaced -----------
  let unfolded = [];
  document.addEventListener("htmx:beforeSwap", (event) => {
    unfolded = [...event.detail.target.querySelectorAll("details[open][id]")].map(({ id }) => id);
  });
  document.addEventListener("htmx:afterSwap", () => {
    unfolded.forEach((id) => document.getElementById(id)?.setAttribute("open", ""));
    unfolded = [];
  });

  // --- What a screen reader says of a part that is replaced: only what is new --------
  // The part carries the words; the status line outside of it is never replaced itself.
  const announced = () => document.querySelector("[data-announce]")?.dataset.announce ?? "";
  let lastAnnounced = announced();
  document.addEventListener("htmx:afterSwap", () => {
    const words = announced();
    const line = document.getElementById("run-state");
    if (line && words !== lastAnnounced) line.textContent = words;
    lastAnnounced = words;
  });

  // --- The question that is open, in a row that scrolls -----------------------------
  document.querySelector(".questions [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

  // --- Enter sends; with Shift it begins a line ---------------------------------------
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    if (!event.target.matches("[data-enter-sends]")) return;
    event.preventDefault();
    event.target.form.requestSubmit();
  });

  // --- Clicks ----------------------------------------------------------------
  const setTheme = (dark) => {
    document.documentElement.dataset.bsTheme = dark ? "dark" : "light";
    localStorage.setItem("theme", dark ? "dark" : "light");
  };
  const copy = async (button) => {
    await navigator.clipboard.writeText(button.dataset.copy);
    button.textContent = button.dataset.copied;
  };
  const checkAll = (button) => {
    const boxes = document.querySelectorAll(`input[name="${button.dataset.checkAll}"]`);
    const only = button.dataset.only ? JSON.parse(button.dataset.only) : null;
    boxes.forEach((box) => {
      box.checked = only ? only.includes(box.value) : button.dataset.to === "true";
    });
  };
  document.addEventListener("click", (event) => {
    const target = event.target.closest("[data-theme-toggle], [data-copy], [data-check-all]");
    if (!target) return;
    if ("copy" in target.dataset) copy(target);
    else if ("checkAll" in target.dataset) checkAll(target);
    else setTheme(document.documentElement.dataset.bsTheme !== "dark");
  });

  // --- Tabs ------------------------------------------------------------------
  // On a narrow screen the row of tabs scrolls: the open one comes into sight.
  const tab = document.querySelector("nav.overflow-auto .nav-link.active");
  if (tab) {
    const row = tab.parentElement;
    row.scrollLeft = tab.offsetLeft - row.offsetLeft - (row.clientWidth - tab.offsetWidth) / 2;
  }

  // --- Terms that explain themselves --------------------------------------------
  // CSS shows the text; here it stays within the window, and Escape closes it.
  const openTerm = (event) => {
    const term = event.target.closest?.(".term");
    if (!term) return;
    term.classList.remove("is-closed", "is-at-end");
    const text = term.querySelector(".term-text").getBoundingClientRect();
    term.classList.toggle("is-at-end", text.right > document.documentElement.clientWidth);
  };
  document.addEventListener("pointerover", openTerm);
  document.addEventListener("focusin", openTerm);
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    document.querySelectorAll(".term").forEach((term) => term.classList.add("is-closed"));
  });
})();
