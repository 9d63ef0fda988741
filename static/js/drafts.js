// What is typed in a long form is kept in this browser until it is stored, for a day at most,
// and offered again. Never passwords, hidden fields or files; all forgotten at logout.
(() => {
  "use strict";
  const PREFIX = "draft:";
  const SENT = "draft-sent"; // in this tab: the draft of the form that was sent last
  const DAY = 24 * 60 * 60 * 1000;
  const PAUSE = 300;

  const kept = () => Object.keys(localStorage).filter((key) => key.startsWith(PREFIX));
  const read = (key) => {
    try {
      return JSON.parse(localStorage.getItem(key));
    } catch {
      return null;
    }
  };
  for (const key of kept()) {
    if (!(Date.now() - read(key)?.at < DAY)) localStorage.removeItem(key);
  }
  document.addEventListener("submit", ({ target }) => {
    if (target.matches("[data-logout]")) kept().forEach((key) => localStorage.removeItem(key));
  });

  // The server says by a cookie that it has stored the form of the page before.
  if (/(?:^|; )stored=1/.test(document.cookie)) {
    document.cookie = "stored=; Max-Age=0; Path=/; SameSite=Lax";
    const sent = sessionStorage.getItem(SENT);
    if (sent) localStorage.removeItem(sent);
  }
  // Where it came back with errors, or led to the login, it has still to be stored.
  if (!document.querySelector("[data-send-again]")) sessionStorage.removeItem(SENT);
  const { person } = document.body.dataset;
  if (!person) return;

  // --- Reading and filling a form ---------------------------------------------------
  const isLong = (form) => form?.method === "post" && form.querySelector("textarea");
  const keyOf = (form) => {
    // Not `form.action`: a button of that name would hide it.
    const action = form.getAttribute("action");
    const address = new URL(action ?? "", location.href).pathname;
    const alike = [...document.forms].filter(
      (one) => isLong(one) && one.getAttribute("action") === action,
    );
    return `${PREFIX}${person}:${location.pathname}:${address}:${alike.indexOf(form)}`;
  };
  const NOT_TYPED = ["hidden", "password", "file", "submit", "button", "reset"];
  const fieldsOf = (form) =>
    [...form.elements].filter(
      ({ name, type, tagName }) => name && tagName !== "BUTTON" && !NOT_TYPED.includes(type),
    );
  const isTicked = ({ type }) => type === "checkbox" || type === "radio";
  const valuesOf = (form) => {
    const values = {};
    for (const field of fieldsOf(form)) {
      const typed = (values[field.name] ??= []);
      if (!isTicked(field) || field.checked) typed.push(field.value);
    }
    return values;
  };
  const fill = (form, values) => {
    const left = structuredClone(values);
    for (const field of fieldsOf(form)) {
      const typed = left[field.name];
      if (!typed) continue;
      if (isTicked(field)) field.checked = typed.includes(field.value);
      else if (typed.length) field.value = typed.shift();
    }
  };
  const isSame = (one, other) =>
    Object.entries(one).every(([name, values]) => `${values}` === `${other[name] ?? values}`);

  // --- Keeping ------------------------------------------------------------------------
  const begun = new WeakMap(); // form → what stood in it before anybody typed
  const timers = new Map(); // form → when it is kept next
  const keep = (form) => {
    clearTimeout(timers.get(form));
    timers.delete(form);
    const values = valuesOf(form);
    try {
      if (isSame(values, begun.get(form) ?? {})) localStorage.removeItem(keyOf(form));
      else localStorage.setItem(keyOf(form), JSON.stringify({ at: Date.now(), values }));
    } catch {
      // This browser keeps nothing, or is full: the form works without.
    }
  };
  const keepAll = () => [...timers.keys()].forEach(keep);
  document.addEventListener("input", ({ target: { form } }) => {
    if (!isLong(form)) return;
    clearTimeout(timers.get(form));
    timers.set(form, setTimeout(keep, PAUSE, form));
  });
  window.addEventListener("pagehide", keepAll);
  document.addEventListener("submit", ({ target: form }) => {
    keepAll();
    if (isLong(form)) sessionStorage.setItem(SENT, keyOf(form));
  }, true);
  document.addEventListener("htmx:beforeRequest", keepAll);
  document.addEventListener("htmx:beforeSwap", ({ detail: { requestConfig, xhr } }) => {
    const form = requestConfig?.elt;
    if (requestConfig?.verb !== "post" || !isLong(form) || xhr.status !== 200) return;
    // A form that comes back with errors has still to be stored.
    if (!xhr.responseText.includes('role="alert"')) localStorage.removeItem(keyOf(form));
  });

  // --- Offering again ------------------------------------------------------------------
  // Some fields are there only once another one is chosen: the server adds them.
  const restore = (form, values) => {
    const there = new Set(fieldsOf(form).map(({ name }) => name));
    const chooser = form.querySelector("select[hx-post]");
    fill(form, values);
    if (chooser && Object.keys(values).some((name) => !there.has(name))) {
      form.addEventListener("htmx:afterSettle", () => fill(form, values), { once: true });
      chooser.dispatchEvent(new Event("change", { bubbles: true }));
    }
    form.querySelector("textarea").focus();
  };
  const offer = (form) => {
    const key = keyOf(form);
    const draft = read(key);
    if (!draft) return;
    if (isSame(draft.values, valuesOf(form))) {
      localStorage.removeItem(key);
      return;
    }
    const note = document.getElementById("draft-note").content.firstElementChild.cloneNode(true);
    note.addEventListener("click", ({ target }) => {
      const choice = target.closest("[data-draft]")?.dataset.draft;
      if (!choice) return;
      if (choice === "restore") restore(form, draft.values);
      else localStorage.removeItem(key);
      note.remove();
    });
    form.prepend(note);
  };
  const look = () => {
    for (const form of document.forms) {
      if (!isLong(form) || begun.has(form)) continue;
      begun.set(form, valuesOf(form));
      offer(form);
    }
  };
  look();
  document.addEventListener("htmx:load", look);
})();
