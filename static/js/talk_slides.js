// Slides of a presentation: arrow keys go from one to the next; without script, one scrolls.
(() => {
  "use strict";
  const slides = [...document.querySelectorAll("[data-talk-slides] > section")];
  const steps = { ArrowRight: 1, ArrowDown: 1, PageDown: 1, " ": 1, ArrowLeft: -1, ArrowUp: -1, PageUp: -1 };
  const nearest = () => {
    const distances = slides.map((slide) => Math.abs(slide.getBoundingClientRect().top));
    return distances.indexOf(Math.min(...distances));
  };
  const show = (place) => {
    const slide = slides[Math.max(0, Math.min(place, slides.length - 1))];
    // At once: a slide that still glides would swallow the next key.
    slide.scrollIntoView({ block: "start", behavior: "instant" });
    slide.focus({ preventScroll: true });
  };
  document.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.target.closest("a, button, input")) return;
    if (event.key === "Home") show(0);
    else if (event.key === "End") show(slides.length - 1);
    else if (event.key in steps) show(nearest() + steps[event.key]);
    else return;
    event.preventDefault();
  });
})();
