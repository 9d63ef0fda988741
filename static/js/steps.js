// A form in steps: on a narrow screen one at a time, on a wide one all of them below each other.
// Without this script every step is there, and the list of steps leads to each.
(() => {
  "use strict";
  const form = document.querySelector("form[data-steps]");
  if (!form) return;
  const steps = [...form.querySelectorAll("[data-step]")];
  const links = [...form.querySelectorAll(".form-steps a")];
  const narrow = matchMedia("(max-width: 767.98px)");
  const WRONG = ".is-invalid, .text-danger[role=alert]";
  let at = 0;

  const show = (step, { focus = false } = {}) => {
    at = Math.min(Math.max(step, 0), steps.length - 1);
    steps.forEach((section, place) => section.classList.toggle("step-away", place !== at));
    links.forEach((link, place) => {
      if (place === at && narrow.matches) link.setAttribute("aria-current", "step");
      else link.removeAttribute("aria-current");
    });
    form.querySelector("[data-step-move='-1']").hidden = at === 0;
    form.querySelector("[data-step-move='1']").hidden = at === steps.length - 1;
    form.querySelector("[data-at-last-step]")?.classList.toggle("step-away", at !== steps.length - 1);
    if (!focus) return;
    steps[at].focus({ preventScroll: true });
    form.scrollIntoView();
  };

  form.addEventListener("click", (event) => {
    const move = event.target.closest("[data-step-move]");
    if (move) show(at + Number(move.dataset.stepMove), { focus: true });
    const place = links.indexOf(event.target.closest(".form-steps a"));
    if (place < 0 || !narrow.matches) return;
    event.preventDefault();
    show(place, { focus: true });
  });
  // Enter in a field goes on; what can't be undone takes a button.
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.target.matches("input")) return;
    event.preventDefault();
    if (narrow.matches) show(at + 1, { focus: true });
  });
  narrow.addEventListener("change", () => show(at));

  // --- The YAML editor, loaded when a config is shown as text -----------------------
  const dress = async () => {
    const place = form.querySelector("[data-yaml-editor]:not([data-is-dressed])");
    if (!place) return;
    place.dataset.isDressed = "";
    const { edit } = await import(place.dataset.yamlEditor);
    await edit(place);
  };
  document.addEventListener("htmx:afterSettle", dress);
  dress();

  form.classList.add("stepped");
  const wrong = steps.findIndex((section) => section.querySelector(WRONG));
  show(wrong < 0 ? Number(form.dataset.start ?? 0) : wrong);
  if (wrong >= 0) steps[wrong].querySelector(".is-invalid")?.focus();
})();
