"use strict";
(() => {
  const announce = document.getElementById("announce");
  const say = (text) => { if (announce) { announce.textContent = ""; setTimeout(() => { announce.textContent = text; }, 50); } };

  for (const button of document.querySelectorAll("[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      try { await navigator.clipboard.writeText(button.dataset.copy); say("Copied"); button.textContent = "Copied"; } catch { say("Copying is not allowed here"); }
    });
  }

  // Live timeline: past events are on the page, new ones come one by one. Without this, Refresh does the same.
  const box = document.querySelector("[data-stream]");
  if (box && window.EventSource) {
    const log = box.querySelector(".log"), live = box.querySelector("[data-live]"), follow = box.querySelector("[data-follow]");
    const rowsMax = 2000;
    if (follow) follow.closest("label").hidden = false;
    const atEnd = () => window.innerHeight + window.scrollY >= document.body.scrollHeight - 200;
    let fresh = 0, timer = 0, lostAt = 0;
    const source = new EventSource(box.dataset.stream);
    source.addEventListener("open", () => { lostAt = 0; live.textContent = "Live"; });
    source.addEventListener("error", () => {
      if (!lostAt) lostAt = Date.now();
      live.textContent = "Live updates lost " + Math.round((Date.now() - lostAt) / 1000) + " s ago, retrying.";
    });
    source.addEventListener("entry", (event) => {
      const data = JSON.parse(event.data), wasAtEnd = atEnd();
      const holder = document.createElement("template");
      holder.innerHTML = data.html;
      for (const row of holder.content.children) row.classList.add("fresh");
      log.append(holder.content);
      const empty = box.querySelector(".empty");
      if (empty) empty.remove();
      while (log.children.length > rowsMax) log.firstElementChild.remove();
      if (follow && follow.checked && wasAtEnd) window.scrollTo(0, document.body.scrollHeight);
      fresh += 1;
      if (!timer) timer = setTimeout(() => { say(fresh + " new events"); fresh = 0; timer = 0; }, 5000);
    });
    source.addEventListener("state", () => {
      // Never over somebody who is writing a reason.
      const isWriting = [...document.querySelectorAll("textarea")].some((field) => field.value !== "");
      if (isWriting) live.textContent = "The run has moved on: refresh when you are done."; else location.reload();
    });
    source.addEventListener("end", () => { source.close(); live.textContent = "The run has ended."; });
    window.addEventListener("scroll", () => { if (follow && !atEnd()) follow.checked = false; }, { passive: true });
  }

  // Shortcuts: never inside a field, never with a modifier, and only where they are on.
  if (document.documentElement.dataset.shortcuts !== "off") {
    const places = { t: "/", i: "/inbox/", r: "/runs/", c: "/clients/", a: "/agents/" };
    let waiting = false;
    document.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select, [contenteditable]")) return;
      const rows = [...document.querySelectorAll("[data-rows] tbody tr a, .items a")];
      const here = rows.indexOf(document.activeElement);
      if (waiting) { waiting = false; if (places[event.key]) location.href = places[event.key]; return; }
      switch (event.key) {
        case "/": { const search = document.getElementById("q"); if (search) { event.preventDefault(); search.focus(); } break; }
        case "g": waiting = true; setTimeout(() => { waiting = false; }, 1500); break;
        case "j": if (rows[here + 1]) rows[here + 1].focus(); break;
        case "k": if (rows[here - 1]) rows[here - 1].focus(); break;
        case "a": { const approve = document.querySelector("[data-approve]"); if (approve) approve.focus(); break; }
        case "f": { const box = document.querySelector("[data-follow]"); if (box) box.checked = !box.checked; break; }
        case "e": { const bad = document.querySelector(".entry.bad"); if (bad) bad.scrollIntoView(); break; }
        case "?": location.href = "/settings/#keys"; break;
      }
    });
  }
})();
