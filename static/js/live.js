// Changes reach a page by a stream (htmx's sse extension). Where no stream comes through,
// because a proxy holds it back or the machine slept, the page asks every few seconds.
(() => {
  "use strict";
  const FIRST_SIGN = 5000; // after which a stream that never spoke is given up for now
  const SILENCE = 20000; // a stream tells the time every 15 seconds
  const POLL = 3000;

  let heardAt = 0; // when a stream last spoke, by performance.now()
  const startedAt = performance.now();
  let version = null;
  let polling = false;

  const tellTime = (milliseconds) =>
    document.dispatchEvent(new CustomEvent("server-time", { detail: milliseconds }));

  document.addEventListener("htmx:sseOpen", (event) => {
    event.detail.source.addEventListener("time", (message) => {
      heardAt = performance.now();
      tellTime(Number(message.data));
    });
  });

  const page = () => document.querySelector("[data-live]");
  const isSilent = () =>
    heardAt ? performance.now() - heardAt > SILENCE : performance.now() - startedAt > FIRST_SIGN;

  // Elements that wait for a topic say so in hx-trigger, as the extension reads it; those
  // that the stream itself fills ask by "live:" where there is none.
  const wake = (topic) => {
    document.querySelectorAll(`[hx-trigger*=":${CSS.escape(topic)}"]`).forEach((element) => {
      const names = element.getAttribute("hx-trigger").split(",").map((one) => one.trim().split(" ")[0]);
      [`sse:${topic}`, `live:${topic}`].forEach((name) => {
        if (names.includes(name)) htmx.trigger(element, name);
      });
    });
  };

  const ask = async (element) => {
    version ??= new URL(element.getAttribute("sse-connect"), location.href).searchParams.get("since");
    const asked = Date.now();
    const answer = await fetch(`${element.dataset.live}?since=${version}`, { credentials: "same-origin" });
    if (!answer.ok || answer.redirected) return;
    const found = await answer.json();
    // The answer was made halfway between asking and hearing.
    tellTime(found.now + (Date.now() - asked) / 2);
    version = found.version;
    found.topics.forEach(wake);
  };

  const look = async () => {
    const element = page();
    if (!element || polling || document.hidden || !isSilent()) return;
    polling = true;
    try {
      await ask(element);
    } catch {
      // No network: the next look is near.
    } finally {
      polling = false;
    }
  };
  setInterval(look, POLL);
  document.addEventListener("visibilitychange", look);
})();
