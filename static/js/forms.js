// Forms on their way: a button that was pressed says so, and is not pressed twice; a login or
// a token that ran out is told on the page, which stays as it is.
(() => {
  "use strict";
  const LONGEST = 20_000; // milliseconds after which a button may be pressed again anyway

  // --- Buttons that wait -------------------------------------------------------
  const waiting = new Map(); // button → the timer after which it may be pressed again
  // Inside a button, a screen reader would not hear it.
  const say = (isWaiting) => {
    const said = document.getElementById("said");
    said.textContent = isWaiting ? said.dataset.words : "";
  };
  const ready = (button) => {
    clearTimeout(waiting.get(button));
    waiting.delete(button);
    button.querySelector(":scope > [data-waiting]")?.remove();
    button.disabled = false;
    button.removeAttribute("aria-busy");
    say(waiting.size > 0);
  };
  let focused = "";
  document.addEventListener("htmx:afterSettle", () => {
    if (focused && document.activeElement === document.body) document.getElementById(focused)?.focus();
    focused = "";
  });
  const wait = (button) => {
    if (!button || button.disabled) return;
    const sign = document.createElement("span");
    sign.dataset.waiting = "";
    sign.append(document.getElementById("on-its-way").content.cloneNode(true));
    button.prepend(sign);
    // A disabled button loses the focus, which whoever uses the keyboard needs again.
    if (document.activeElement === button) focused = button.id;
    button.disabled = true;
    button.setAttribute("aria-busy", "true");
    waiting.set(button, setTimeout(ready, LONGEST, button));
    say(true);
  };
  const readyAll = () => [...waiting.keys()].forEach(ready);
  const buttonOf = (form, event) =>
    event?.submitter ?? form.querySelector("button[type=submit]:not(.visually-hidden)");

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post") return;
    const button = buttonOf(form, event);
    // The value of a disabled button is not sent: the browser reads the form first.
    setTimeout(wait, 0, button);
  });
  document.addEventListener("htmx:beforeRequest", ({ detail: { elt, requestConfig } }) => {
    if (requestConfig.verb === "get") return;
    document.getElementById("token-renewed").hidden = true;
    // A form that saves itself while somebody types takes no button away.
    const { triggeringEvent } = requestConfig;
    if (!["submit", "click"].includes(triggeringEvent?.type)) return;
    const form = elt.closest("form");
    wait(elt.matches("button") ? elt : form && buttonOf(form, triggeringEvent));
  });
  document.addEventListener("htmx:afterRequest", ({ detail: { elt, requestConfig, successful } }) => {
    if (requestConfig.verb === "get") return;
    readyAll();
    if (successful) renewKey(elt.closest("form"));
  });
  // The browser's Back brings the page as it was left.
  window.addEventListener("pageshow", ({ persisted }) => persisted && readyAll());

  // --- One-time keys -------------------------------------------------------------
  // A form that stays on the page after it was sent makes something new the next time.
  const renewKey = (form) => {
    const key = form?.isConnected && form.querySelector("input[name=one_time_key]");
    if (!key) return;
    const bytes = crypto.getRandomValues(new Uint8Array(32));
    key.value = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  };

  // --- A login or a token that ran out -------------------------------------------
  const show = (id) => {
    const note = document.getElementById(id);
    note?.removeAttribute("hidden");
    return note;
  };
  document.addEventListener("logged-out", () => {
    const link = show("logged-out")?.querySelector("a");
    if (!link) return;
    const login = new URL(link.href);
    login.searchParams.set("next", location.pathname + location.search);
    link.href = login;
  });
  document.addEventListener("token-renewed", ({ detail: { token } }) => {
    show("token-renewed");
    document.body.setAttribute("hx-headers", JSON.stringify({ "X-CSRFToken": token }));
    document.querySelectorAll("input[name=csrfmiddlewaretoken]").forEach((field) => {
      field.value = token;
    });
  });

  // --- Passwords that can be read ---------------------------------------------------
  document.querySelectorAll("input[type=password]").forEach((field) => {
    const part = document.getElementById("show-password")?.content.cloneNode(true);
    if (!part) return;
    const box = part.querySelector("input");
    box.addEventListener("change", () => {
      field.type = box.checked ? "text" : "password";
    });
    // A browser remembers a password by its field's type.
    field.form?.addEventListener("submit", () => {
      field.type = "password";
    });
    field.after(part);
  });

  // --- The field that is wrong -----------------------------------------------------
  document.querySelector("main form .is-invalid, .page-body form .is-invalid")?.focus();

  // --- Two texts ------------------------------------------------------------------
  document.addEventListener("click", ({ target }) => {
    const button = target.closest("[data-take]");
    if (!button) return;
    const field = document.getElementById(button.dataset.take);
    field.value = button.dataset.text;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.focus();
  });
})();
