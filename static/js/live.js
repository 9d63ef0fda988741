// What changes elsewhere reaches a page as a topic ("clock", "participants"): an element that waits for
// one says so, hx-trigger="live:participants", and fetches itself. Where the change brings the fragment
// along, it goes into the elements with data-live-fill="clock" without a request.
//
// The tabs of a browser share one stream (server-sent events). One of them leads: it holds a
// lock (Web Locks) and the stream, and passes on what it hears (BroadcastChannel). When it
// closes, the next in the queue for the lock catches up from the version that it saw last.
// Where a browser has neither, as on plain HTTP, each visible tab has a stream of its own.
//
// Where no stream comes through, because a proxy holds it back or the machine slept, or where
// the server asked this browser to do without, a visible page asks now and then.
(() => {
  "use strict";
  const FIRST_SIGN = 5000; // after which a stream that never spoke is given up for now
  const SILENCE = 20000; // a stream tells the time every 15 seconds
  const POLL = 3000;
  const POLL_WHEN_RETIRED = 20000;
  const OPEN_AGAIN = 20000; // after the server refused: EventSource itself does not try again

  const page = document.querySelector("[data-live]");
  if (!page) return;
  // Whoever sits there, and their language, is in the key: a tab of somebody else, or in
  // another language, shares nothing.
  const { live: changesAddress, liveStream: streamAddress, liveKey: key } = page.dataset;
  const rendered = Number(page.dataset.liveVersion);

  let version = rendered; // up to which this page is told
  const changed = new Map(); // by topic, the version of the latest change since `rendered`
  let silentAt = performance.now() + FIRST_SIGN;
  let isRetired = false;

  const isSilent = () => isRetired || performance.now() > silentAt;
  const tellTime = (milliseconds) =>
    document.dispatchEvent(new CustomEvent("server-time", { detail: milliseconds }));

  // --- The page ------------------------------------------------------------------
  const triggersOf = (element) =>
    element.getAttribute("hx-trigger").split(",").map((one) => one.trim().split(" ")[0]);

  const wake = (topic, html) => {
    const name = `live:${topic}`;
    document.querySelectorAll(`[hx-trigger*="${CSS.escape(name)}"]`).forEach((element) => {
      if (!triggersOf(element).includes(name)) return;
      if (html && element.dataset.liveFill === topic) htmx.swap(element, html, { swapStyle: "innerHTML" });
      else element.dispatchEvent(new CustomEvent(name)); // it does not bubble: others hear their own
    });
  };

  const see = (topic, at, html) => {
    version = Math.max(version, at);
    if (at <= (changed.get(topic) ?? rendered)) return;
    changed.set(topic, at);
    wake(topic, html);
  };

  // --- Asking ----------------------------------------------------------------------
  let isAsking = false;
  let askedAt = 0;

  const ask = async () => {
    isAsking = true;
    askedAt = Date.now();
    try {
      const answer = await fetch(`${changesAddress}?since=${version}`, { credentials: "same-origin" });
      if (answer.redirected) document.dispatchEvent(new CustomEvent("logged-out"));
      if (!answer.ok || answer.redirected) return;
      const found = await answer.json();
      // The answer was made halfway between asking and hearing.
      tellTime(found.now + (Date.now() - askedAt) / 2);
      found.topics.forEach((topic) => see(topic, found.version));
      version = Math.max(version, found.version);
    } catch {
      // No network: the next look is near.
    } finally {
      isAsking = false;
    }
  };

  const look = () => {
    if (isAsking || document.hidden || !isSilent()) return;
    if (isRetired && Date.now() - askedAt < POLL_WHEN_RETIRED) return;
    ask();
  };
  setInterval(look, POLL);
  document.addEventListener("visibilitychange", look);

  // --- Hearing, from the stream or from the tab that leads ---------------------------
  const hear = {
    time({ now }) {
      silentAt = performance.now() + SILENCE;
      isRetired = false;
      tellTime(now);
    },
    change({ topic, version: at, html, now }) {
      hear.time({ now });
      see(topic, at, html);
    },
    retired() {
      isRetired = true;
      look();
    },
  };

  // --- The stream ------------------------------------------------------------------
  let source = null;
  let openAgain = null;
  let channel = null;

  const pass = (message) => {
    channel?.postMessage(message);
    hear[message.kind](message);
  };

  const close = () => {
    clearTimeout(openAgain);
    source?.close();
    source = null;
  };

  const open = () => {
    close();
    source = new EventSource(`${streamAddress}?since=${version}`);
    source.addEventListener("time", ({ data }) => pass({ kind: "time", now: Number(data) }));
    source.addEventListener("change", ({ data, lastEventId }) =>
      pass({ kind: "change", version: Number(lastEventId), ...JSON.parse(data) }));
    source.addEventListener("retired", () => {
      close();
      pass({ kind: "retired" });
    });
    source.addEventListener("error", () => {
      if (source?.readyState === EventSource.CLOSED) openAgain = setTimeout(open, OPEN_AGAIN);
    });
  };

  // --- One tab leads -----------------------------------------------------------------
  // A page was rendered, then it listens: the leader tells it what it missed in between.
  const welcome = () =>
    channel.postMessage({ kind: "welcome", since: rendered, changed: [...changed], isRetired, isSilent: isSilent() });

  const catchUp = (told) => {
    if (told.since > version) ask(); // the leader began later than this page
    told.changed.forEach(([topic, at]) => see(topic, at));
    if (told.isRetired) hear.retired();
    else if (!told.isSilent) silentAt = performance.now() + SILENCE;
  };

  const share = () => {
    channel = new BroadcastChannel(key);
    let stopLeading = null;
    const waiting = new AbortController();

    const lead = () => new Promise((resolve) => {
      stopLeading = resolve;
      open();
      welcome();
    });
    channel.addEventListener("message", ({ data }) => {
      if (data.kind === "hello") {
        if (stopLeading) welcome();
      } else if (data.kind === "welcome") catchUp(data);
      else hear[data.kind](data);
    });
    navigator.locks.request(key, { signal: waiting.signal }, lead).catch(() => {
      // This page went away while it waited.
    });
    channel.postMessage({ kind: "hello" });

    return () => {
      waiting.abort();
      close();
      stopLeading?.();
      channel.close();
      channel = null;
    };
  };

  const keepOwn = () => {
    const openWhereSeen = () => {
      if (document.hidden) close();
      else if (!source && !isRetired) open();
    };
    openWhereSeen();
    document.addEventListener("visibilitychange", openWhereSeen);
    return () => {
      document.removeEventListener("visibilitychange", openWhereSeen);
      close();
    };
  };

  // A page that the browser keeps for "back" listens again when it is shown again.
  const start = navigator.locks && window.BroadcastChannel ? share : keepOwn;
  let stop = start();
  window.addEventListener("pagehide", () => stop());
  window.addEventListener("pageshow", ({ persisted }) => {
    if (persisted) stop = start();
  });
})();
