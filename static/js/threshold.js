// Moves the decision threshold of a run: counts and metrics follow, and a line in the chart.
(() => {
  "use strict";

  const language = document.documentElement.lang;
  const written = (name, value) => {
    if (value === null) return "–"; // 0 of 0
    const isCount = ["tn", "fp", "fn", "tp"].includes(name);
    const decimals = isCount ? 0 : name === "threshold" ? 2 : 3;
    return value.toLocaleString(language, {
      minimumFractionDigits: decimals, maximumFractionDigits: decimals, useGrouping: isCount,
    }).replace("-", "−");
  };

  const values = new WeakMap();
  const valuesOf = (root) => {
    if (!values.has(root)) {
      values.set(root, JSON.parse(root.querySelector(":scope > script").textContent));
    }
    return values.get(root);
  };
  const thresholdOf = (root) =>
    valuesOf(root).threshold[root.querySelector("input").valueAsNumber];

  // --- The line in the chart ---------------------------------------------------
  const views = new WeakMap();
  const moveLine = (root) => {
    const view = views.get(root);
    if (!view) return;
    const area = root.querySelector(".chart-area");
    let line = area.querySelector(".threshold-line");
    if (!line) {
      line = document.createElement("div");
      line.className = "threshold-line";
      area.append(line);
    }
    const left = view.origin()[0] + view.padding().left + view.scale("x")(thresholdOf(root));
    const top = view.origin()[1] + view.padding().top;
    Object.assign(line.style, { left: `${left}px`, top: `${top}px`, height: `${view.height()}px` });
  };
  document.addEventListener("chart:drawn", ({ target, detail: { view } }) => {
    const root = target.closest("[data-threshold]");
    if (!root) return;
    views.set(root, view);
    view.addResizeListener(() => moveLine(root));
    moveLine(root);
  });

  // --- The numbers ---------------------------------------------------------------
  const show = (root) => {
    const input = root.querySelector("input");
    const at = valuesOf(root);
    for (const element of root.querySelectorAll("[data-at]")) {
      const name = element.dataset.at;
      element.textContent = written(name, at[name][input.valueAsNumber]);
    }
    input.setAttribute("aria-valuetext", written("threshold", thresholdOf(root)));
    moveLine(root);
  };
  // Said once the threshold rests, not at every step.
  let waiting;
  const say = (root) => {
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      root.querySelector("output").textContent = [...root.querySelectorAll("dl > div")]
        .map((pair) => `${pair.children[0].textContent} ${pair.children[1].textContent}`)
        .join(" ; ");
    }, 500);
  };
  const change = (root) => {
    show(root);
    say(root);
  };

  document.addEventListener("input", ({ target }) => {
    const root = target.closest("[data-threshold]");
    if (root) change(root);
  });
  document.addEventListener("click", ({ target }) => {
    const button = target.closest("[data-threshold] [data-place]");
    if (!button) return;
    const root = button.closest("[data-threshold]");
    root.querySelector("input").value = button.dataset.place;
    change(root);
  });
})();
