"use strict";
(() => {
  const announce = document.getElementById("announce");
  const say = (text) => { if (announce) { announce.textContent = ""; setTimeout(() => { announce.textContent = text; }, 50); } };

  const copies = () => {
    for (const button of document.querySelectorAll("[data-copy][hidden]")) {
      button.hidden = false;
      button.addEventListener("click", async () => {
        try { await navigator.clipboard.writeText(button.dataset.copy || button.closest("details").querySelector("pre").textContent); say("Copied"); button.textContent = "Copied"; } catch { say("Copying is not allowed here"); }
      });
    }
  };
  copies();

  const made = (html) => {
    const holder = document.createElement("template");
    holder.innerHTML = html;
    return holder.content.firstElementChild;
  };

  // The head of a table stays in sight where the whole table fits: one that is moved sideways keeps its own frame.
  const top = document.querySelector("header.top");
  const sizes = window.ResizeObserver ? new ResizeObserver((seen) => {
    if (top) document.documentElement.style.setProperty("--top", top.offsetHeight + "px");
    for (const { target } of seen) {
      const frame = target.closest(".scroll"), table = frame && frame.querySelector("table");
      if (table) frame.classList.toggle("fits", table.offsetWidth <= frame.clientWidth);
    }
  }) : null;
  const heads = () => {
    if (!sizes) return;
    if (top) sizes.observe(top);
    for (const part of document.querySelectorAll(".scroll, .scroll > table")) sizes.observe(part);
  };
  heads();

  // The moment of an event is its address: one press copies it.
  document.addEventListener("click", async (event) => {
    const link = event.target.closest("a[data-link]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || !navigator.clipboard) return;
    event.preventDefault();
    try { await navigator.clipboard.writeText(link.href); say("Link to this event copied"); } catch { location.href = link.href; return; }
    const row = link.closest(".entry");
    row.classList.add("linked");
    setTimeout(() => row.classList.remove("linked"), 2000);
  });

  // Live timeline: past events are on the page, new ones come one by one. Without this, Refresh does the same.
  const box = document.querySelector("[data-stream]");
  if (box && window.EventSource) {
    const log = box.querySelector(".log"), live = box.querySelector("[data-live]"), follow = box.querySelector("[data-follow]");
    const news = box.querySelector("[data-news]");
    const rows = log.getElementsByClassName("entry"), rowsMax = 2000, slackPixels = 60;
    if (follow) follow.closest("label").hidden = false;
    // The end is the log's own: files, delivery and costs stand below it.
    const atEnd = () => log.getBoundingClientRect().bottom <= window.innerHeight + slackPixels;
    if (follow) follow.checked = atEnd();
    let fresh = 0, missed = 0, timer = 0, lostAt = 0, byHand = false, place = "", over = false;
    const toEnd = () => { if (log.lastElementChild) log.lastElementChild.scrollIntoView({ block: "end" }); };
    const tell = () => { news.closest("p").hidden = missed === 0; news.textContent = missed === 1 ? "1 new event" : missed + " new events"; };
    if (follow) follow.addEventListener("change", () => { byHand = !follow.checked; if (follow.checked) { missed = 0; tell(); toEnd(); } });
    if (news) news.addEventListener("click", () => { follow.checked = true; byHand = false; missed = 0; tell(); toEnd(); follow.focus({ preventScroll: true }); });
    let source = null;
    const connect = () => {
      const from = new URL(box.dataset.stream, location.href);
      if (place) from.searchParams.set("from", place);
      source = new EventSource(from);
      source.addEventListener("open", () => { lostAt = 0; live.textContent = "Live"; });
      source.addEventListener("error", () => {
        if (source.readyState === EventSource.CLOSED) { refused(from); return; }
        if (!lostAt) lostAt = Date.now();
        live.textContent = "Live updates lost " + Math.round((Date.now() - lostAt) / 1000) + " s ago, retrying.";
      });
      for (const kind of Object.keys(hears)) source.addEventListener(kind, (event) => { place = event.lastEventId || place; hears[kind](event); });
    };
    // A stream that is refused for now says so; one that is over leads elsewhere.
    const refused = async (from) => {
      source = null;
      from.searchParams.set("once", "yes");
      const answer = await fetch(from).catch(() => null), laterSeconds = 10;
      if (answer && (answer.redirected || !(answer.ok || answer.status === 429 || answer.status >= 500))) { over = true; live.textContent = "Live updates have ended. Reload the page to go on."; return; }
      live.textContent = "No live updates at the moment, trying again every " + laterSeconds + " s. Refresh shows what is new.";
      setTimeout(attend, laterSeconds * 1000);
    };
    // Calls of one tool in a row are folded as a page that is loaded now has them: `head` is the line that opens, `since`
    // the first row behind it.
    const folded = ({ since, head }) => {
      if (!head) return log;
      const line = made(head), first = document.getElementById(since), last = log.lastElementChild, at = document.activeElement;
      // Of a very long group the first row is gone again.
      let group = first ? first.closest("details") : last && last.querySelector("details");
      if (group) group.firstElementChild.replaceChildren(...line.querySelector("summary").childNodes);
      else if (first) {
        group = line.querySelector("details");
        first.before(line);
        while (line.nextElementSibling) group.lastElementChild.append(line.nextElementSibling);
        if (group.contains(at)) { group.open = true; at.focus({ preventScroll: true }); }
      }
      return group ? group.lastElementChild : log;
    };
    const hears = {};
    hears.entry = (event) => {
      const data = JSON.parse(event.data), row = made(data.html);
      row.classList.add("fresh");
      folded(data).append(row);
      const now = document.querySelector("[data-now]");
      if (now && data.now) now.textContent = data.now;
      const empty = box.querySelector(".empty");
      if (empty) empty.remove();
      while (rows.length > rowsMax) (rows[0].querySelector(".entry") || rows[0]).remove();
      if (follow && follow.checked) toEnd(); else if (!atEnd()) { missed += 1; tell(); }
      // The rows themselves are read to nobody as they come: what came in five seconds is said once.
      if (!log.closest("[role=log]")) return;
      fresh += 1;
      if (!timer) timer = setTimeout(() => { say(fresh === 1 ? "1 new event" : fresh + " new events"); fresh = 0; timer = 0; }, 5000);
    };
    // What stands around the timeline is made anew in its place: what is open stays open, and focus where it was.
    const name = (it) => it.id || [it.tagName, it.getAttribute("name"), it.getAttribute("href"), it.textContent.trim()].join(" ");
    const renew = async () => {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
      const page = answer.ok ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
      const next = page && page.querySelector("main"), there = next && next.querySelector("#timeline");
      const main = document.querySelector("main"), here = document.getElementById("timeline");
      if (!there || !here) { location.reload(); return; }
      const opened = new Set([...main.querySelectorAll("details[open] > summary")].map((it) => it.textContent));
      const at = document.activeElement, wasAt = at && main.contains(at) && !here.contains(at) ? name(at) : null;
      const top = here.getBoundingClientRect().top;
      // What was told once would not come again.
      for (const child of [...main.children]) if (child !== here && !child.matches(".notice")) child.remove();
      let isAfter = false;
      for (const child of [...next.children]) {
        if (child === there) isAfter = true; else if (isAfter) main.append(child); else here.before(child);
      }
      for (const it of main.querySelectorAll("details > summary")) if (opened.has(it.textContent)) it.parentElement.open = true;
      if (wasAt) { const same = [...main.querySelectorAll("a, button, input, textarea, select, summary")].find((it) => name(it) === wasAt); if (same) same.focus({ preventScroll: true }); }
      copies();
      heads();
      document.title = page.title;
      if (!(follow && follow.checked)) window.scrollBy(0, here.getBoundingClientRect().top - top);
      const chip = main.querySelector("h1 .chip");
      if (chip) say(chip.textContent.trim());
    };
    hears.state = () => {
      // Never over somebody who is writing a reason.
      const isWriting = [...document.querySelectorAll("main textarea, main input[type=text]")].some((field) => field.value !== field.defaultValue);
      if (isWriting) live.textContent = "The run has moved on: refresh when you are done."; else renew().catch(() => { live.textContent = "The run has moved on: refresh to see it."; });
    };
    hears.end = () => { over = true; source.close(); live.textContent = "The run has ended."; };
    // A tab nobody looks at holds no connection: a browser has only six of them for one server.
    const attend = () => { if (over) return; if (document.hidden) { if (source) source.close(); source = null; } else if (!source) connect(); };
    document.addEventListener("visibilitychange", attend);
    attend();
    window.addEventListener("scroll", () => {
      if (!follow) return;
      if (!atEnd()) { follow.checked = false; return; }
      missed = 0; tell();
      if (!byHand) follow.checked = true;
    }, { passive: true });
  }

  // Lists and counts kept true. One tab of a browser holds the stream and tells the others; where tabs cannot agree on
  // one, those that are looked at have their own; where there is none to be had, it is asked every ten seconds.
  const address = document.body.dataset.live;
  if (address && window.EventSource) {
    const list = document.querySelector("[data-list]"), asked = new URLSearchParams(location.search);
    const isInbox = location.pathname.startsWith("/inbox"), isToday = /^\/(today\/?)?$/.test(location.pathname);
    const pollMilliseconds = 10000, quietMilliseconds = 5000;
    const token = document.querySelector(".who input[name=form_token]"), name = "bureau-live-" + (token ? token.value.slice(0, 16) : "");
    const others = window.BroadcastChannel ? new BroadcastChannel(name) : null;
    let at = list ? list.dataset.list : "", source = null, lostAt = 0, bar = null, note = null, ticking = 0, polling = 0;
    const fresh = new Set();
    const count = (link, text) => {
      let badge = link.querySelector(".count");
      if (!text) { if (badge) badge.remove(); return false; }
      if (!badge) { badge = document.createElement("span"); badge.className = "count"; link.append(" ", badge); }
      if (badge.textContent === text) return false;
      badge.textContent = text;
      return true;
    };
    // What is new is offered, never pushed in: nothing jumps under a reader.
    const offer = (text) => {
      const place = list || document.querySelector("main");
      if (!bar) { bar = document.createElement("p"); bar.className = "news"; bar.append(document.createElement("a")); place.append(bar); }
      const link = bar.firstElementChild;
      link.className = "button primary";
      link.href = location.pathname + location.search;
      if (link.textContent !== text) { link.textContent = text; say(text); }
    };
    const belongs = (run) => {
      // "Webhook" stands for those of every tool.
      const wants = (key) => !asked.get(key) || asked.get(key) === run[key] || (key === "trigger" && asked.get(key) === run.source && run.source === "webhook");
      const text = (asked.get("text") || "").toLowerCase().split(/\s+/).filter(Boolean);
      const seen = (run.id + " " + run.html.replace(/<[^>]*>/g, " ")).toLowerCase();
      const until = asked.get("to"), view = asked.get("view");
      return ["client", "agent", "status", "trigger"].every(wants) && (!view || run.views.includes(view)) && text.every((word) => seen.includes(word)) && !(until && new Date(until + "T23:59:59") < new Date());
    };
    const swap = (row, html) => {
      const next = made(html);
      [...row.cells].forEach((cell, index) => {
        const to = next && next.cells[index];
        if (!to) return;
        if (cell.querySelector("input")) {
          const was = cell.querySelector(".chip"), is = to.querySelector(".chip");
          if (was && is && was.outerHTML !== is.outerHTML) was.replaceWith(is);
        } else if (cell.innerHTML !== to.innerHTML) {
          const hasFocus = cell.contains(document.activeElement);
          cell.innerHTML = to.innerHTML;
          const link = hasFocus && cell.querySelector("a");
          if (link) link.focus({ preventScroll: true });
        }
      });
    };
    const takes = {
      counts: (counts) => {
        let isOther = false;
        for (const link of document.querySelectorAll("[data-count]")) {
          const key = link.dataset.count;
          if (key in counts && count(link, counts[key]) && (isToday || key.startsWith("inbox."))) isOther = true;
        }
        if (isToday && isOther) offer("Today has changed, show");
        if (!isInbox) return;
        document.title = document.title.replace(/^(\([0-9+]+\) )?/, counts.inbox ? "(" + counts.inbox + ") " : "");
        if (isOther) offer("The inbox has changed, show");
      },
      run: (run) => {
        const rows = document.querySelectorAll("tr[data-run='" + run.id + "']");
        for (const row of rows) swap(row, run.html);
        for (const was of document.querySelectorAll(".item[data-run='" + run.id + "'] > .chip")) {
          const is = made(run.html).querySelector(".chip");
          if (was.outerHTML === is.outerHTML) continue;
          was.replaceWith(is);
          if (isToday) offer("Today has changed, show");
        }
        if (rows.length || !list || asked.get("before") || asked.get("order") || !belongs(run)) return;
        const first = list.querySelector("tr[data-run]");
        if (first && first.dataset.run > run.id) return;
        fresh.add(run.id);
        offer(fresh.size === 1 ? "1 new run, show" : fresh.size + " new runs, show");
      },
      many: () => { if (list) offer("Many runs have changed, show"); else if (isToday) offer("Today has changed, show"); },
      lost: (since) => {
        lostAt = since;
        if (!ticking) ticking = setInterval(tick, 1000);
      },
      back: () => { lostAt = 0; clearInterval(ticking); ticking = 0; if (note) note.remove(); note = null; },
      over: () => { lostAt = 0; clearInterval(ticking); ticking = 0; tell("You are signed out, and nothing here is kept true any more. "); },
    };
    const tell = (text) => {
      if (!note) {
        note = document.createElement("p");
        note.className = "offline";
        const again = document.createElement("a");
        again.href = location.pathname + location.search;
        again.textContent = "Reload";
        note.append(document.createElement("span"), again);
        document.body.append(note);
        say(text);
      }
      note.firstElementChild.textContent = text;
    };
    const tick = () => { const gone = Date.now() - lostAt; if (lostAt && gone >= quietMilliseconds) tell("Live updates lost " + Math.round(gone / 1000) + " s ago, retrying. "); };
    const hear = (kind, id, data) => { if (id) at = id; takes[kind](data); };
    const pass = (kind, id, data) => { hear(kind, id, data); if (others) others.postMessage([kind, id, data]); };
    if (others) others.addEventListener("message", (event) => hear(...event.data));
    const poll = async () => {
      try {
        const answer = await fetch(address + "?once=yes&from=" + encodeURIComponent(at));
        if (answer.redirected) { clearInterval(polling); pass("over", "", null); return; }
        if (!answer.ok) throw new Error(answer.status);
        for (const frame of (await answer.text()).split("\n\n")) {
          const line = (head) => { const found = frame.split("\n").find((one) => one.startsWith(head)); return found ? found.slice(head.length) : ""; };
          if (takes[line("event: ")]) pass(line("event: "), line("id: "), JSON.parse(line("data: ")));
        }
        pass("back", "", null);
      } catch { if (!lostAt) pass("lost", "", Date.now()); }
    };
    const close = () => { if (source) source.close(); source = null; clearInterval(polling); polling = 0; };
    const open = () => {
      source = new EventSource(address + (at ? "?from=" + encodeURIComponent(at) : ""));
      source.addEventListener("open", () => pass("back", "", null));
      source.addEventListener("error", () => {
        if (!lostAt) pass("lost", "", Date.now());
        if (source && source.readyState === EventSource.CLOSED && !polling) { poll(); polling = setInterval(poll, pollMilliseconds); }
      });
      for (const kind of ["counts", "run", "many"]) source.addEventListener(kind, (event) => pass(kind, event.lastEventId, JSON.parse(event.data)));
    };
    if (others && navigator.locks) {
      // Whoever holds the lock has the stream; it passes on when that tab goes. What happened since this page was made
      // is asked for once, for the stream may be further already.
      if (list || isToday) poll();
      navigator.locks.request(name, () => { open(); return new Promise(() => {}); });
    } else {
      const attend = () => { if (document.hidden) close(); else if (!source) open(); };
      document.addEventListener("visibilitychange", attend);
      attend();
    }
  }

  // Esc closes the menu it is pressed in, and leaves the focus on the word that opens it.
  document.addEventListener("keydown", (event) => {
    const more = event.key === "Escape" && document.querySelector("details.more[open]");
    if (!more) return;
    const isIn = more.contains(document.activeElement);
    more.open = false;
    if (isIn) more.querySelector("summary").focus();
  });

  // Shortcuts: never inside a field, never with a modifier, and only where they are on.
  if (document.documentElement.dataset.shortcuts !== "off") {
    const places = { t: "/today/", i: "/inbox/", r: "/runs/", c: "/clients/", a: "/agents/" };
    let waiting = false;
    document.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select, [contenteditable]")) return;
      // A row is its first link, wherever in the row the focus is; an approval is the link to its run.
      const rows = [...document.querySelectorAll("[data-rows] tbody tr, .items .item, .approval")].filter((row) => row.querySelector("a"));
      const here = rows.findIndex((row) => row.contains(document.activeElement));
      const step = (row) => { if (row) (row.querySelector("form.decide a[href^='/runs/']") || row.querySelector("a")).focus(); };
      if (waiting) { waiting = false; if (places[event.key]) location.href = places[event.key]; return; }
      switch (event.key) {
        case "/": { const search = document.getElementById("q"); if (search) { event.preventDefault(); search.focus(); } break; }
        case "g": waiting = true; setTimeout(() => { waiting = false; }, 1500); break;
        case "j": step(rows[here + 1]); break;
        case "k": step(rows[here - 1]); break;
        case "a": { const approve = (document.activeElement.closest(".approval") || document).querySelector("[data-approve]"); if (approve) approve.focus(); break; }
        case "f": { const box = document.querySelector("[data-follow]"); if (box) box.click(); break; }
        case "e": { const bad = document.querySelector(".entry.bad"); if (bad) { bad.tabIndex = -1; bad.focus(); } break; }
        case ".": {
          const more = document.querySelector("details.more"), first = document.querySelector("#state form button");
          if (more && !more.open) { more.open = true; more.querySelector(".drop button:not([hidden]), .drop a").focus(); break; }
          if (first) { if (more) more.open = false; first.focus(); }
          break;
        }
        case "?": location.href = "/settings/#keys"; break;
      }
    });
  }
})();
