// Draws the charts of a page. A stored chart has no look: colours come from product.css,
// the writing of numbers and dates from the language of the page.
(() => {
  "use strict";

  // --- Vega, which only pages with a chart load ------------------------------
  const { vega, vegaLite, vegaEmbed } = document.currentScript.dataset;
  const load = (url) => new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = url;
    script.async = false; // one after the other: each needs the one before
    script.addEventListener("load", resolve);
    script.addEventListener("error", () => reject(new Error(`not loaded: ${url}`)));
    document.head.append(script);
  });
  let loading = null;
  const loadVega = () => (loading ??= Promise.all([vega, vegaLite, vegaEmbed].map(load)));

  // --- Language --------------------------------------------------------------
  const language = document.documentElement.lang;
  const numberLocale = () => {
    const parts = (number, options) =>
      Object.fromEntries(
        new Intl.NumberFormat(language, options).formatToParts(number)
          .map(({ type, value }) => [type, value]),
      );
    const { decimal, group } = parts(1234567.8);
    const { literal = "", percentSign } = parts(0.5, { style: "percent" });
    return {
      decimal, thousands: group, grouping: [3], currency: ["", ""],
      percent: literal + percentSign,
    };
  };
  const timeLocale = () => {
    const names = (dates, options) => {
      const format = new Intl.DateTimeFormat(language, { timeZone: "UTC", ...options });
      return dates.map((date) => format.format(date));
    };
    const days = Array.from({ length: 7 }, (_, n) => Date.UTC(2023, 0, 1 + n)); // a Sunday first
    const months = Array.from({ length: 12 }, (_, n) => Date.UTC(2023, n, 1));
    return {
      dateTime: "%x %X", date: "%d/%m/%Y", time: "%H:%M:%S", periods: ["AM", "PM"],
      days: names(days, { weekday: "long" }), shortDays: names(days, { weekday: "short" }),
      months: names(months, { month: "long" }), shortMonths: names(months, { month: "short" }),
    };
  };

  // --- Look ------------------------------------------------------------------
  const NARROW = 500; // pixels in which two legends do not stand side by side
  const look = (name) =>
    getComputedStyle(document.documentElement).getPropertyValue(`--chart-${name}`).trim();
  const theme = (width) => {
    const category = [1, 2, 3, 4, 5, 6].map(look);
    const ramp = ["low", "high"].map(look);
    const [axis, grid, text] = ["axis", "grid", "text"].map(look);
    const words = { labelColor: text, titleColor: text, labelFontSize: 12, titleFontSize: 12 };
    return {
      aria: false, // the drawing is one picture, with a name; its numbers are in the table
      background: null,
      font: getComputedStyle(document.body).fontFamily,
      padding: { left: 0, right: 8, top: 4, bottom: 4 },
      view: { stroke: null },
      axis: {
        ...words, domainColor: axis, tickColor: axis, gridColor: grid,
        titleFontWeight: 500, titlePadding: 8, labelPadding: 4,
      },
      axisX: { titleLimit: width - 80 }, // a longer name would take the drawing's own room
      legend: {
        ...words, orient: "top", titleFontWeight: 500, rowPadding: 4,
        ...(width < NARROW ? { layout: { top: { direction: "vertical", anchor: "start" } } } : {}),
      },
      mark: { color: category[0], aria: false },
      rule: { color: text },
      text: { color: text, fontSize: 12 },
      tick: { color: text },
      range: { category, ramp, heatmap: ramp, diverging: ramp },
    };
  };
  // Vega itself would write "Jan 05", in any language.
  const DAY_BEFORE_MONTH = { date: "%-d %b", week: "%-d %b", hours: "%H:%M", minutes: "%H:%M" };
  // What Vega-Lite cannot know before it is drawn: how much room words have.
  const fitted = (spec, width) => {
    const scale = (...names) => spec.scales.find(({ name }) => names.includes(name));
    for (const axis of spec.axes ?? []) {
      if (scale(axis.scale)?.type === "utc") axis.format = DAY_BEFORE_MONTH;
      if (axis.labelLimit) {
        const share = axis.orient === "left" ? 0.3 : 0.15;
        axis.labelLimit = Math.max(axis.labelLimit, share * width);
      }
    }
    for (const legend of spec.legends ?? []) {
      const labels = scale(legend.fill, legend.stroke, legend.strokeDash)?.domain;
      if (!legend.columns || !Array.isArray(labels)) continue;
      const longest = Math.max(...labels.map((label) => label.length));
      const fits = Math.floor(width / (7 * longest + 30));
      legend.columns = Math.max(1, Math.min(legend.columns, fits));
      legend.labelLimit = width / legend.columns - 30;
    }
    return spec;
  };
  const options = (width) => ({
    mode: "vega-lite",
    renderer: "svg",
    ast: true, // interpreted: the page forbids eval
    actions: false,
    defaultStyle: false,
    tooltip: { disableDefaultStyle: true },
    config: theme(width),
    patch: (spec) => fitted(spec, width),
    ...(language === "en" ? {} : { formatLocale: numberLocale(), timeFormatLocale: timeLocale() }),
  });

  // --- Drawing ---------------------------------------------------------------
  const content = (figure) =>
    JSON.parse(figure.querySelector(":scope > script[type='application/json']").textContent);
  const areaOf = (figure) => figure.querySelector(".chart-area");

  const fail = (figure, error) => {
    console.error(error);
    areaOf(figure).hidden = true;
    figure.querySelector(".chart-failure").hidden = false;
    figure.querySelector("details").open = true;
  };
  const embed = async (figure) => {
    await loadVega();
    const area = areaOf(figure);
    const width = area.clientWidth;
    const result = await window.vegaEmbed(area, content(figure).spec, options(width));
    area.style.minHeight = `${area.offsetHeight}px`; // keeps its room when it is drawn again
    figure.dispatchEvent(
      new CustomEvent("chart:drawn", { bubbles: true, detail: { view: result.view } }),
    );
    return { ...result, width };
  };
  const drawings = new Map(); // figure → promise of its drawing, or of null where that failed
  const draw = (figure) => {
    const before = drawings.get(figure) ?? Promise.resolve(null);
    const drawing = before
      .then((result) => result?.finalize())
      .then(() => embed(figure))
      .catch((error) => fail(figure, error));
    drawings.set(figure, drawing);
    return drawing;
  };

  const nearby = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      nearby.unobserve(target);
      if (!drawings.has(target)) draw(target);
    }
  }, { rootMargin: "300px" });
  // Vega follows the window by itself; what was laid out for one width is drawn for another.
  const drawForWidth = async (figure) => {
    const width = areaOf(figure).clientWidth;
    const drawn = await drawings.get(figure);
    if (drawn && width && width !== drawn.width) draw(figure);
  };
  const waiting = new WeakMap();
  const resized = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      const figure = target.closest("[data-chart]");
      clearTimeout(waiting.get(figure));
      waiting.set(figure, setTimeout(drawForWidth, 200, figure));
    }
  });

  const known = new WeakSet();
  const scan = () => {
    for (const [figure, drawing] of drawings) {
      if (figure.isConnected) continue;
      drawings.delete(figure);
      drawing.then((result) => result?.finalize());
      document.getElementById("vg-tooltip-element")?.classList.remove("visible");
    }
    for (const figure of document.querySelectorAll("[data-chart]")) {
      if (known.has(figure)) continue;
      known.add(figure);
      areaOf(figure).style.minHeight = `${content(figure).spec.height + 60}px`;
      nearby.observe(figure);
      resized.observe(areaOf(figure));
    }
  };
  scan();
  document.addEventListener("htmx:load", scan);
  new MutationObserver(() => [...drawings.keys()].forEach(draw)).observe(
    document.documentElement, { attributeFilter: ["data-bs-theme"] },
  );
  // Paper does not wait for a drawing: a chart that was not near yet prints as its table.
  window.addEventListener("beforeprint", () => {
    for (const figure of document.querySelectorAll("[data-chart]:not(:has(.chart-area svg))")) {
      figure.querySelector("details").open = true;
    }
  });

  // --- Downloads -------------------------------------------------------------
  const csvCell = (value) => {
    if (value === null || value === undefined) return "";
    if (typeof value === "number") return String(value);
    // Spreadsheets would run such a text as a formula.
    const text = String(value).replace(/^(?= *[=+\-@\t\r\n＝＋－＠])/, "'");
    return /[",;\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const csv = ({ spec, columns }) => {
    const rows = spec.datasets.rows.map((row) => columns.map(([field]) => row[field]));
    const lines = [columns.map(([, header]) => header), ...rows];
    // The mark in front tells Excel that accents are UTF-8.
    return `\uFEFF${lines.map((line) => line.map(csvCell).join(",")).join("\r\n")}\r\n`;
  };
  const picture = async (figure, kind) => {
    const drawing = await (drawings.get(figure) ?? draw(figure));
    if (!drawing) return null;
    const { view } = drawing;
    view.background(look("background"));
    try {
      if (kind === "svg") return new Blob([await view.toSVG()], { type: "image/svg+xml" });
      const canvas = await view.toCanvas(2);
      return await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
    } finally {
      view.background(null);
    }
  };
  const fileName = (name, kind) => {
    const plain = name.normalize("NFKC").toLowerCase();
    return `${plain.match(/[\p{L}\p{M}\p{N}]+/gu)?.join("-").slice(0, 80) ?? "chart"}.${kind}`;
  };
  const download = async (figure, kind) => {
    const found = content(figure);
    const blob = kind === "csv"
      ? new Blob([csv(found)], { type: "text/csv" })
      : await picture(figure, kind);
    if (!blob) return;
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = fileName(found.name, kind);
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-chart] [data-download]");
    if (button) download(button.closest("[data-chart]"), button.dataset.download);
  });
})();
