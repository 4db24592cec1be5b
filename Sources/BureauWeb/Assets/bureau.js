"use strict";
(() => {
  const announce = document.getElementById("announce");
  const say = (text) => { if (announce) { announce.textContent = ""; setTimeout(() => { announce.textContent = text; }, 50); } };

  const copies = () => {
    for (const button of document.querySelectorAll("[data-copy][hidden]")) {
      button.hidden = false;
      button.addEventListener("click", async () => {
        try { await navigator.clipboard.writeText(button.dataset.copy); say("Copied"); button.textContent = "Copied"; } catch { say("Copying is not allowed here"); }
      });
    }
  };
  copies();

  // Live timeline: past events are on the page, new ones come one by one. Without this, Refresh does the same.
  const box = document.querySelector("[data-stream]");
  if (box && window.EventSource) {
    const log = box.querySelector(".log"), live = box.querySelector("[data-live]"), follow = box.querySelector("[data-follow]");
    const news = box.querySelector("[data-news]");
    const rowsMax = 2000, slackPixels = 60;
    if (follow) follow.closest("label").hidden = false;
    // The end is the log's own: files, delivery and costs stand below it.
    const atEnd = () => log.getBoundingClientRect().bottom <= window.innerHeight + slackPixels;
    if (follow) follow.checked = atEnd();
    let fresh = 0, missed = 0, timer = 0, lostAt = 0, byHand = false;
    const toEnd = () => { if (log.lastElementChild) log.lastElementChild.scrollIntoView({ block: "end" }); };
    const tell = () => { news.closest("p").hidden = missed === 0; news.textContent = missed === 1 ? "1 new event" : missed + " new events"; };
    if (follow) follow.addEventListener("change", () => { byHand = !follow.checked; if (follow.checked) { missed = 0; tell(); toEnd(); } });
    if (news) news.addEventListener("click", () => { follow.checked = true; byHand = false; missed = 0; tell(); toEnd(); follow.focus({ preventScroll: true }); });
    const source = new EventSource(box.dataset.stream);
    source.addEventListener("open", () => { lostAt = 0; live.textContent = "Live"; });
    source.addEventListener("error", () => {
      if (source.readyState === EventSource.CLOSED) { live.textContent = "Live updates have ended. Reload the page to go on."; return; }
      if (!lostAt) lostAt = Date.now();
      live.textContent = "Live updates lost " + Math.round((Date.now() - lostAt) / 1000) + " s ago, retrying.";
    });
    source.addEventListener("entry", (event) => {
      const data = JSON.parse(event.data);
      const holder = document.createElement("template");
      holder.innerHTML = data.html;
      for (const row of holder.content.children) row.classList.add("fresh");
      log.append(holder.content);
      const empty = box.querySelector(".empty");
      if (empty) empty.remove();
      while (log.children.length > rowsMax) log.firstElementChild.remove();
      if (follow && follow.checked) toEnd(); else if (!atEnd()) { missed += 1; tell(); }
      fresh += 1;
      if (!timer) timer = setTimeout(() => { say(fresh + " new events"); fresh = 0; timer = 0; }, 5000);
    });
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
      document.title = page.title;
      if (!(follow && follow.checked)) window.scrollBy(0, here.getBoundingClientRect().top - top);
      const chip = main.querySelector("h1 .chip");
      if (chip) say(chip.textContent.trim());
    };
    source.addEventListener("state", () => {
      // Never over somebody who is writing a reason.
      const isWriting = [...document.querySelectorAll("main textarea, main input[type=text]")].some((field) => field.value !== field.defaultValue);
      if (isWriting) live.textContent = "The run has moved on: refresh when you are done."; else renew().catch(() => { live.textContent = "The run has moved on: refresh to see it."; });
    });
    source.addEventListener("end", () => { source.close(); live.textContent = "The run has ended."; });
    window.addEventListener("scroll", () => {
      if (!follow) return;
      if (!atEnd()) { follow.checked = false; return; }
      missed = 0; tell();
      if (!byHand) follow.checked = true;
    }, { passive: true });
  }

  // Shortcuts: never inside a field, never with a modifier, and only where they are on.
  if (document.documentElement.dataset.shortcuts !== "off") {
    const places = { t: "/", i: "/inbox/", r: "/runs/", c: "/clients/", a: "/agents/" };
    let waiting = false;
    document.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select, [contenteditable]")) return;
      // A row is its first link, wherever in the row the focus is.
      const rows = [...document.querySelectorAll("[data-rows] tbody tr, .items .item")].filter((row) => row.querySelector("a"));
      const here = rows.findIndex((row) => row.contains(document.activeElement));
      const step = (row) => { if (row) row.querySelector("a").focus(); };
      if (waiting) { waiting = false; if (places[event.key]) location.href = places[event.key]; return; }
      switch (event.key) {
        case "/": { const search = document.getElementById("q"); if (search) { event.preventDefault(); search.focus(); } break; }
        case "g": waiting = true; setTimeout(() => { waiting = false; }, 1500); break;
        case "j": step(rows[here + 1]); break;
        case "k": step(rows[here - 1]); break;
        case "a": { const approve = document.querySelector("[data-approve]"); if (approve) approve.focus(); break; }
        case "f": { const box = document.querySelector("[data-follow]"); if (box) box.click(); break; }
        case "e": { const bad = document.querySelector(".entry.bad"); if (bad) { bad.tabIndex = -1; bad.focus(); } break; }
        case "?": location.href = "/settings/#keys"; break;
      }
    });
  }
})();
